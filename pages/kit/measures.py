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

from pages.kit.doors import answers
from sop_core.paths import default_database

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
STORE_BYTES.set_function(lambda: _size(default_database()))


def _size(path: Path) -> int:
    """Bytes of the store and of what is not yet written into it."""
    log = path.with_name(path.name + ".wal")
    return sum(p.stat().st_size for p in (path, log) if p.exists())


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
    return written or (Path(file).read_text("utf-8").strip() if file else "")


async def show(request: Request) -> Response:
    """The measures, for who holds the secret; for everyone else the address does not exist."""
    token = _token()
    sent = request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return answers.no(404)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


ROUTES = [Route("/metrics", show, methods=["GET"])]
