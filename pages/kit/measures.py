"""What the operator measures: counts and times, without anybody's name.

Labels are kinds that stand in the code, so that their number is bounded and none is personal.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.kit import logs
from pages.kit.doors import answers
from sop_core.errors import PantauError
from sop_core.indonesian import now
from sop_core.paths import default_database
from sop_core.store.database import WAITED
from sop_core.upkeep import schedule

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "pantau_permintaan", "Permintaan menurut jenis alamat dan hasil", ["jenis", "hasil"],
    registry=REGISTRY,
)  # fmt: skip
FAULTS = Counter("pantau_kesalahan", "Kesalahan program menurut tempat", ["di"], registry=REGISTRY)
REFUSED_SIGN_INS = Counter("pantau_masuk_ditolak", "Masuk yang ditolak", registry=REGISTRY)
IMPORTS = Counter("pantau_impor", "Impor menurut hasil", ["hasil"], registry=REGISTRY)
IMPORT_SECONDS = Histogram(
    "pantau_impor_detik", "Lama menyimpan satu impor", registry=REGISTRY,
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300),
)  # fmt: skip
STREAMS = Gauge("pantau_aliran_terbuka", "Aliran halaman yang sedang terbuka", registry=REGISTRY)
STORE_BYTES = Gauge("pantau_basis_data_bita", "Besar berkas basis data", registry=REGISTRY)
STORE_SECONDS = Gauge(
    "pantau_basis_data_jawab_detik", "Lama basis data menjawab pemeriksaan kesehatan terakhir",
    registry=REGISTRY,
)  # fmt: skip
WRITER_SECONDS = Histogram(
    "pantau_tulis_tunggu_detik", "Lama sebuah tulisan menunggu gilirannya", registry=REGISTRY,
    buckets=(0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120),
)  # fmt: skip
BACKUP_SECONDS = Gauge(
    "pantau_cadangan_umur_detik", "Umur cadangan harian terbaru yang utuh; -1 bila tidak ada",
    registry=REGISTRY,
)  # fmt: skip
STORE_BYTES.set_function(lambda: _size(default_database()))
BACKUP_SECONDS.set_function(lambda: _backup_age(default_database()))
WAITED.append(WRITER_SECONDS.observe)


def _size(path: Path) -> int:
    """Bytes of the store and of what is not yet written into it."""
    log = path.with_name(path.name + ".wal")
    return sum(p.stat().st_size for p in (path, log) if p.exists())


def _backup_age(path: Path) -> float:
    """Seconds since the newest whole daily backup was made; -1 where there is none to be read."""
    try:
        made = schedule.newest(path)
    except (PantauError, OSError, ValueError, TypeError):
        return -1.0
    return -1.0 if made is None else max(0.0, (now() - made).total_seconds())


def watch_streams(count: Callable[[], int]) -> None:
    """From where the number of open streams is read."""
    STREAMS.set_function(count)


@contextmanager
def importing() -> Iterator[None]:
    """Around the keeping of an import."""
    begun = time.perf_counter()
    try:
        yield
    except BaseException:
        IMPORTS.labels("gagal").inc()
        raise
    IMPORTS.labels("tersimpan").inc()
    IMPORT_SECONDS.observe(time.perf_counter() - begun)


def _token() -> str:
    """The operator's secret: PANTAU_METRICS_TOKEN, or the file PANTAU_METRICS_TOKEN_FILE."""
    written = os.environ.get("PANTAU_METRICS_TOKEN", "")
    file = os.environ.get("PANTAU_METRICS_TOKEN_FILE")
    if written or not file:
        return written
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as error:
        # Without its secret the address is not there; the log says why.
        logs.event("rahasia ukuran tidak terbaca", sebab=type(error).__name__)
        return ""


async def show(request: Request) -> Response:
    """The measures, for who holds the secret; for everyone else the address does not exist."""
    token = _token()
    sent = request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return answers.no(404)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


ROUTES = [Route("/metrics", show, methods=["GET"])]
