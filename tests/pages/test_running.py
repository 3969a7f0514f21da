"""Running the app: health, measures, logs without personal data, errors with a number, the stop."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from streamlit.config import get_option
from streamlit.testing.v1 import AppTest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.kit import handing, logs, measures, running, shell
from pages.kit.doors import answers
from sop_core import accounts, importing, process, sessions
from sop_core.errors import PantauError
from sop_core.importing import SourceFile
from sop_core.indonesian import now
from sop_core.store import Store
from sop_core.upkeep import backup
from tests.builders import TODAY, workbook
from tests.pages.serving import Tab, served, texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
NUMBER = re.compile(r"Sebutkan nomor (\d{4}-\d{4}) kepada pengelola")
SECRETS = ("Advokasi Rahasia Sekali", "staf.rahasia", "Nama Yang Rahasia", "berkas-rahasia", "rahasia-di-alamat", "Perangkat Rahasia")  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PANTAU_DB", str(tmp_path_factory.mktemp("mula") / "mula.duckdb"))
        process.close_all()
        with served() as url:
            yield url
        process.close_all()


@pytest.fixture(autouse=True)
def afresh():
    process.close_all()
    yield
    process.close_all()


@pytest.fixture
def root(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("PANTAU_DB", str(tmp_path / "a.duckdb"))
    return shell.root()


@pytest.fixture
def written(monkeypatch) -> io.StringIO:
    """What the process writes to stderr through logging."""
    caught = io.StringIO()
    logs.configure()
    ours = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, logs.JsonLines))
    monkeypatch.setattr(ours, "stream", caught)
    return caught


def lines(written: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


# ---------------------------------------------------------------- health


def test_healthz_asks_the_store(server, root):
    answer = httpx.get(f"{server}/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_healthz_says_when_the_store_cannot_be_opened(server, tmp_path, monkeypatch):
    broken = tmp_path / "rusak.duckdb"
    broken.write_bytes(b"bukan basis data" * 1000)
    monkeypatch.setenv("PANTAU_DB", str(broken))
    answer = httpx.get(f"{server}/healthz")
    assert (answer.status_code, answer.text) == (503, "basis data tidak terbuka")
    assert httpx.get(server).status_code == 503


def test_healthz_answers_in_a_bounded_time_and_piles_nothing_up(server, root, monkeypatch):
    monkeypatch.setattr(running, "ANSWER_WITHIN", 0.3)
    asked, stuck = [], threading.Event()

    def slow(_: Store) -> bool:
        asked.append(1)
        return stuck.wait(20)

    monkeypatch.setattr(running.accounts, "any_account", slow)
    try:
        for _ in range(4):
            begun = time.monotonic()
            answer = httpx.get(f"{server}/healthz")
            assert (answer.status_code, answer.text) == (503, "basis data tidak menjawab")
            assert time.monotonic() - begun < 2
        assert len(asked) == 1
    finally:
        stuck.set()
    time.sleep(0.2)
    monkeypatch.undo()


# -------------------------------------------------------------- measures


def test_measures_are_for_who_holds_the_secret(server, root, monkeypatch, tmp_path):
    url = f"{server}/metrics"
    bearer = {"Authorization": "Bearer rahasia operator"}
    assert httpx.get(url, headers=bearer).status_code == 404
    monkeypatch.setenv("PANTAU_METRICS_TOKEN", "rahasia operator")
    assert httpx.get(url).status_code == 404
    for wrong in ("Bearer", "Bearer rahasia", "rahasia operator", "Basic rahasia operator"):
        assert httpx.get(url, headers={"Authorization": wrong}).status_code == 404
    assert httpx.get(url, headers=bearer).status_code == 200
    monkeypatch.delenv("PANTAU_METRICS_TOKEN")
    file = tmp_path / "token"
    file.write_text("rahasia operator\n")
    monkeypatch.setenv("PANTAU_METRICS_TOKEN_FILE", str(file))
    assert httpx.get(url, headers=bearer).status_code == 200
    file.write_text("")
    assert httpx.get(url, headers={"Authorization": "Bearer"}).status_code == 404
    monkeypatch.setenv("PANTAU_METRICS_TOKEN_FILE", str(tmp_path / "tidak ada"))
    assert httpx.get(url, headers=bearer).status_code == 404, "not 500 for everybody"


def figures() -> dict[str, float]:
    return {
        f"{s.name}{json.dumps(s.labels, sort_keys=True)}": s.value
        for metric in measures.REGISTRY.collect()
        for s in metric.samples
    }


def gained(before: dict[str, float], name: str, **labels: str) -> float:
    key = f"{name}{json.dumps(labels, sort_keys=True)}"
    return figures().get(key, 0) - before.get(key, 0)


def test_measures_count_what_happens(server, root, monkeypatch):
    accounts.add(
        root, "admin", "Admin contoh", "admin", password="kata sandi contoh 1", first=False
    )
    before = figures()
    httpx.get(server)
    httpx.get(f"{server}/media/0000000000")
    httpx.post(f"{server}/masuk", data={"akun": "admin", "sandi": "salah"})
    tab = Tab(server, sessions.open_session(root, accounts.viewer_of(root, "admin"))).open()
    assert gained({}, "pantau_aliran_terbuka") == 1
    tab.close()
    assert gained(before, "pantau_permintaan_total", jenis="halaman", hasil="4xx") == 1
    assert gained(before, "pantau_permintaan_total", jenis="berkas", hasil="4xx") == 1
    assert gained(before, "pantau_permintaan_total", jenis="aliran", hasil="1xx") == 1
    assert gained(before, "pantau_masuk_ditolak_total") == 1
    assert gained({}, "pantau_basis_data_bita") > 100_000
    with measures.importing():
        pass
    with pytest.raises(RuntimeError), measures.importing():
        raise RuntimeError
    assert gained(before, "pantau_impor_total", hasil="tersimpan") == 1
    assert gained(before, "pantau_impor_total", hasil="gagal") == 1
    assert gained(before, "pantau_impor_detik_count") == 1


def test_the_age_of_the_newest_whole_backup(root, tmp_path, monkeypatch):
    age = partial(gained, {}, "pantau_cadangan_umur_detik")
    assert age() == -1, "no folder yet"
    folder = tmp_path / "cadangan"
    made = now() - dt.timedelta(hours=30)
    backup(root, folder / f"a-{made.date()}.zip", made_at=made)
    assert 30 * 3600 <= age() < 30 * 3600 + 60
    # Half a copy, another store's and one that is no backup count for nothing.
    whole = (folder / f"a-{made.date()}.zip").read_bytes()
    (folder / "a-2030-01-01.zip").write_bytes(whole[: len(whole) // 2])
    (folder / "a-2030-01-02.zip").write_bytes(b"")
    backup(root, folder / "lain-2030-01-01.zip", made_at=now())
    assert age() >= 30 * 3600
    backup(root, folder / f"a-{now().date()}.zip", made_at=now())
    assert 0 <= age() < 60
    monkeypatch.setenv("PANTAU_BACKUPS", str(tmp_path / "kosong"))
    assert age() == -1
    monkeypatch.setenv("PANTAU_BACKUPS", str(folder / "lain-2030-01-01.zip"))
    assert age() == -1, "a file where the folder should be"


def test_how_long_a_writer_waited_for_its_turn(root):
    def write() -> None:
        accounts.add(root, "admin", "Admin contoh", "admin")

    before = figures()
    name = "pantau_tulis_tunggu_detik"
    with root.rehearse(stored=True):
        assert gained(before, f"{name}_count") == 1
        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.3)
        assert gained(before, f"{name}_count") == 1, "it is still waiting"
    writer.join(20)
    assert gained(before, f"{name}_count") == 2
    assert 0.25 < gained(before, f"{name}_sum") < 10
    with root.rehearse():
        pass
    root.rows("SELECT 1")
    assert gained(before, f"{name}_count") == 2, "who reads waits for nobody"


def test_labels_are_kinds_and_not_what_was_asked(server, root):
    for path in ("/rahasia-di-alamat", "/media/rahasia", "/?kasus=rahasia-di-alamat"):
        httpx.get(server + path)
    shown = measures.generate_latest(measures.REGISTRY).decode()
    assert "rahasia" not in shown
    assert "pantau_permintaan_total" in shown


# ------------------------------------------------------------------ logs


def test_the_log_of_a_walk_holds_no_name_title_login_or_address(server, root, written, capfd):
    accounts.add(root, "staf.rahasia", "Nama Yang Rahasia", "data_staf", "BBPOM-PDG")
    content = workbook(
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Rahasia Sekali"]],
        Langkah=[["ADV-1", 1, dt.date(2025, 3, 3), dt.date(2025, 3, 14)]],
    )
    importing.import_files(root, [SourceFile("berkas-rahasia.xlsx", content)], "Nama Yang Rahasia", today=TODAY)  # fmt: skip
    token = sessions.open_session(root, accounts.viewer_of(root, "staf.rahasia"))
    tab = Tab(server, token, headers={"User-Agent": "Perangkat Rahasia"}).open()
    drawn = ""
    for page in ("wilayah", "terlambat", "unggah", "laporan", "administrasi"):
        drawn += texts(tab.draw(page))
    assert "Advokasi Rahasia Sekali" in drawn or "berkas-rahasia" in drawn
    for name, button in tab.buttons().items():
        tab.press(button)
        assert name
    for path in ("/?kasus=rahasia-di-alamat", "/rahasia-di-alamat", "/media/rahasia-di-alamat"):
        tab.ask("GET", path)
        Tab(server, "rahasia-di-alamat").ask("GET", path)
    httpx.post(f"{server}/masuk", data={"akun": "staf.rahasia", "sandi": "rahasia-di-alamat"})
    tab.close()
    logging.getLogger("uvicorn.error").warning('%s - "WebSocket %s" 403', "1.2.3.4:5", "/?kasus=rahasia-di-alamat")  # fmt: skip
    logging.getLogger("streamlit.web").error("Salah: %s", "Advokasi Rahasia Sekali")
    try:
        raise ValueError("Advokasi Rahasia Sekali")
    except ValueError as error:
        logs.fault(error, "halaman")
        logging.getLogger("streamlit.error_util").exception("Uncaught app execution")
    out, err = capfd.readouterr()
    everything = written.getvalue() + out + err
    assert len(lines(written)) > 8
    for secret in (*SECRETS, token):
        assert secret not in everything, secret
    for line in lines(written):
        assert {"waktu", "tingkat", "dari", "pesan"} <= set(line)


def test_a_page_that_looks_for_where_the_app_begins_is_no_refusal(server, written):
    before = figures()
    with httpx.Client() as client:  # one after the other on one connection
        for path in ("/unggah/_stcore/host-config", "/lain/_stcore/host-config", "/healthz"):
            answer = client.get(server + path)
            assert (answer.status_code == 404) == (path != "/healthz")
    assert gained(before, "pantau_permintaan_total", jenis="cari_akar", hasil="4xx") == 1
    refused = [x["jenis"] for x in lines(written) if x["pesan"] == "permintaan ditolak"]
    assert refused[:1] == ["tidak_ada"]


def test_a_refused_stream_is_written_down_once_and_as_no_error(server, root, written):
    accounts.add(root, "admin", "Admin contoh", "admin", password="kata sandi contoh 1")
    with pytest.raises(InvalidStatus):
        connect(server.replace("http", "ws") + "/_stcore/stream", origin=server)
    httpx.get(f"{server}/healthz")
    found = [(x["tingkat"], x["pesan"]) for x in lines(written)]
    assert found[0] == ("INFO", "aliran ditolak")
    assert not [x for x in found if x[0] == "ERROR"]


def test_every_logger_speaks_json_whenever_it_was_made(written):
    from streamlit import logger

    for name in ("streamlit.baru", "uvicorn.error", "uvicorn.access", "pantau", "lain"):
        (logger.get_logger(name) if name.startswith("streamlit") else logging.getLogger(name)).error("halo")  # fmt: skip
    assert [line["dari"] for line in lines(written)] == [
        "streamlit.baru", "uvicorn.error", "uvicorn.access", "pantau", "lain",
    ]  # fmt: skip


@pytest.mark.parametrize(("level", "heard"), [("ERROR", 1), ("INFO", 2), ("DEBUG", 3), ("ngawur", 2)])  # fmt: skip
def test_pantau_log_sets_the_level(monkeypatch, level, heard):
    monkeypatch.setenv("PANTAU_LOG", level)
    logs.configure()
    caught = io.StringIO()
    ours = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, logs.JsonLines))
    monkeypatch.setattr(ours, "stream", caught)
    for at in (logging.ERROR, logging.INFO, logging.DEBUG):
        logs.event("halo", at)
    assert len(lines(caught)) == heard
    monkeypatch.undo()
    logs.configure()


# ---------------------------------------------------------------- errors


def test_an_error_in_a_page_is_a_number_that_is_in_the_log(server, root, monkeypatch, written):
    from pages.kit import navigation

    def broken(_: object) -> None:
        raise RuntimeError("Advokasi Rahasia Sekali")

    monkeypatch.setattr(navigation, "current", broken)
    tab = Tab(server).open()
    said = texts(tab.told)
    number = NUMBER.search(said)
    assert number
    assert "Rahasia" not in said
    assert "RuntimeError" not in said
    fault = next(line for line in lines(written) if line.get("nomor") == number[1])
    assert (fault["galat"], fault["di"]) == ("RuntimeError", "halaman")
    assert any("broken" in step for step in fault["jejak"])
    tab.close()


def test_our_own_errors_are_said_as_they_are():
    def page() -> None:
        from pages.kit import running
        from sop_core.errors import ReportRefused

        running.on_script_error(ReportRefused("Kasus belum selesai."))

    app = AppTest.from_function(page).run()
    assert app.error[0].value == "Kasus belum selesai."


def test_an_error_in_a_download_says_nothing_of_itself(server, root, monkeypatch, written):
    from pages.kit import session

    held = handing.Ticket(session.VISITOR, None)
    monkeypatch.setattr(handing, "ticket", lambda: held)

    def broken() -> bytes:
        raise KeyError("Advokasi Rahasia Sekali")

    with pytest.raises(PantauError) as told:
        handing.handed(broken)()
    number = NUMBER.search(str(told.value))
    assert number
    assert [line["di"] for line in lines(written) if line.get("nomor") == number[1]] == ["unduhan"]
    assert "Rahasia" not in written.getvalue()


def test_what_runs_before_a_download_runs_only_for_who_may(root, monkeypatch):
    ran = []
    accounts.add(root, "admin", "Admin contoh", "admin")
    viewer = accounts.viewer_of(root, "admin")
    token = sessions.open_session(root, viewer)
    monkeypatch.setattr(handing, "ticket", lambda: handing.Ticket(viewer, token))
    make = handing.handed(lambda: ran.append("isi") or b"isi", lambda: ran.append("catat"))
    assert make() == b"isi"
    assert ran == ["catat", "isi"]
    sessions.end_session(root, token)
    with pytest.raises(PantauError, match="Silakan masuk lagi"):
        make()
    assert ran == ["catat", "isi"]


def test_an_error_in_a_route_is_a_page_with_a_number(server, root, monkeypatch, written):
    from pages.kit.doors import gate

    def broken(_: object) -> None:
        raise RuntimeError("Advokasi Rahasia Sekali")

    monkeypatch.setattr(gate, "asking", broken)
    answer = httpx.get(server)
    assert answer.status_code == 500
    number = NUMBER.search(answer.text)
    assert number
    assert "Rahasia" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert any(line.get("nomor") == number[1] for line in lines(written))


def test_what_is_not_there_is_said_in_indonesian(server, root):
    for path in ("/tidak-ada", "/media/0000000000.xlsx", "/component/a/b.js", "/static/x.js"):
        answer = httpx.get(server + path)
        assert answer.status_code == 404
        assert answers.WORDS[404] in answer.text, path


# ------------------------------------------------------------------ stop

LONG = """
import sys, threading, time
from pages.kit import running, shell
from sop_core import importing
from sop_core.importing import SourceFile
import app

content = open(sys.argv[1], "rb").read()


def begin(store):
    from contextlib import contextmanager

    @contextmanager
    def beside():
        def run():
            print("mulai", flush=True)
            importing.import_files(store, [SourceFile("besar.xlsx", content)], "uji")
            print("selesai", flush=True)

        thread = threading.Thread(target=run)
        thread.start()
        yield

    return beside()


running.BESIDE.append(begin)
import uvicorn

uvicorn.run(app.app, host="127.0.0.1", port=0, log_config=None, ws="websockets-sansio")
print("berhenti", flush=True)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """A workbook of about 20,000 rows."""
    count = 5000
    steps = [
        [f"ADV-{n}", s, dt.date(2025, 3, s), dt.date(2025, 4, s)]
        for n in range(count)
        for s in (1, 2, 3)
    ]
    path = tmp_path_factory.mktemp("besar") / "besar.xlsx"
    path.write_bytes(
        workbook(
            Kegiatan=[[f"ADV-{n}", "A", 2025, "BBPOM-PDG", f"Advokasi {n}"] for n in range(count)],
            Langkah=steps,
        )
    )
    return path


@pytest.mark.parametrize("after", [0.05, 0.3, 0.6])
def test_a_stop_in_the_middle_of_an_import_leaves_before_or_after(tmp_path, large, after):
    path = tmp_path / "henti.duckdb"
    Store(path).close()
    script = tmp_path / "lama.py"
    script.write_text(LONG)
    process_ = subprocess.Popen(
        [sys.executable, str(script), str(large)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PANTAU_DB": str(path), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert process_.stdout.readline().strip() == "mulai"
        time.sleep(after)
        begun = time.monotonic()
        process_.send_signal(signal.SIGTERM)
        out, err = process_.communicate(timeout=90)
    finally:
        process_.kill()
    took = time.monotonic() - begun
    assert took < running.CLOSE_WITHIN
    assert "basis data ditutup" in err
    assert not path.with_name(path.name + ".wal").exists()
    with Store(path) as store:
        batches = store.nationwide().one("SELECT count(*) FROM import_batch")
        cases = store.nationwide().one("SELECT count(*) FROM activity")
    assert (batches, cases) in ((0, 0), (1, 5000))
    print(f"stop after {after} s: {took:.1f} s, {cases} cases, {'selesai' in out}")


# ------------------------------------------------- what an operator copies

NOTES = ROOT / ".streamlit"
COMMAND = "-m streamlit run app.py"


def unit() -> dict[str, list[str]]:
    """The unit's settings; a name may come more than once."""
    found: dict[str, list[str]] = {}
    for line in (NOTES / "pantau-sop.service").read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        if value and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = (NOTES / "pantau-sop.service").read_text("utf-8")
    file = tmp_path / "pantau-sop.service"
    file.write_text(text.replace("/opt/pantau-sop/.venv/bin/python", sys.executable))
    done = subprocess.run([program, "verify", str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_starts_what_the_readme_says_and_gives_a_stop_its_time():
    found = unit()
    (start,) = found["ExecStart"]
    assert COMMAND in start
    assert COMMAND.removeprefix("-m ") in (ROOT / "README.md").read_text("utf-8")
    assert "--server.address 127.0.0.1" in start
    assert int(found["TimeoutStopSec"][0]) > running.CLOSE_WITHIN
    assert found["User"] == ["pantau"]
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome"):
        assert found[name] == ["true"]
    assert found["ProtectSystem"] == ["strict"]
    assert any(v.startswith("PANTAU_DB=/var/lib/pantau-sop/") for v in found["Environment"])
    assert found["StateDirectory"] == ["pantau-sop"]


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's instructions in order, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (NOTES / "Containerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def test_the_containerfile_copies_what_exists_and_runs_as_nobody_special():
    steps = instructions()
    assert steps[0][0] == "FROM"
    for name, rest in steps:
        if name == "COPY":
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    names = [name for name, _ in steps]
    assert dict(steps)["USER"] == "pantau"
    assert names.index("USER") > max(i for i, n in enumerate(names) if n in ("COPY", "RUN"))
    assert "/healthz" in dict(steps)["HEALTHCHECK"]
    command = " ".join(json.loads(dict(steps)["CMD"]))
    assert COMMAND in command
    assert command.split("--server")[0] == unit()["ExecStart"][0].removeprefix("/opt/pantau-sop/").split("--server")[0]  # fmt: skip
    ignored = (NOTES / "Containerfile.dockerignore").read_text("utf-8").split()
    assert {"data/*.duckdb*", ".streamlit/secrets.toml"} <= set(ignored)


def test_the_containers_check_of_health_says_no_and_yes(server, root, monkeypatch):
    health = dict(instructions())["HEALTHCHECK"]
    words = json.loads(health[health.index("[") :])
    check = words[-1].replace("http://127.0.0.1:8501", server)
    assert subprocess.run([sys.executable, *words[1:-1], check], check=False).returncode == 0
    monkeypatch.setenv("PANTAU_DB", "/proc/tidak-ada/a.duckdb")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    assert subprocess.run([sys.executable, *words[1:-1], check], check=False, **quiet).returncode


def test_the_proxy_lets_through_what_the_app_takes():
    text = (NOTES / "nginx.conf").read_text("utf-8")
    assert text.count("{") == text.count("}")
    size = int(re.search(r"client_max_body_size (\d+)m", text)[1])
    assert size > get_option("server.maxUploadSize")
    for needed in ("proxy_set_header Host $http_host;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header X-Forwarded-Proto $scheme;"):  # fmt: skip
        assert needed in text
    assert "$request_uri;" not in text.split("listen 443")[1]
    assert not re.search(r"log_format[^;]*(\$request\b|\$request_uri|\$args|\$query)", text)


def test_the_operators_notes_name_every_setting_and_measure_there_is():
    text = (NOTES / "OPERATOR.md").read_text("utf-8")
    for path in (ROOT / "pages").rglob("*.py"):
        for name in re.findall(r'environ(?:\.get)?[\[(]"(PANTAU_\w+)"', path.read_text("utf-8")):
            assert name in text, name
    for metric in measures.REGISTRY.collect():
        assert metric.name in text, metric.name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_of_a_main_button_can_be_read(theme):
    """Streamlit writes them white."""

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    themes = tomllib.loads((NOTES / "config.toml").read_text("utf-8"))["theme"]
    button, ground = light(themes[theme]["primaryColor"]), light(themes[theme]["backgroundColor"])
    assert 1.05 / (button + 0.05) >= 4.5
    assert (max(button, ground) + 0.05) / (min(button, ground) + 0.05) >= 3


def test_the_settings_close_what_is_for_developers():
    assert get_option("server.fileWatcherType") == "none"
    assert get_option("server.enableXsrfProtection") is True
    assert get_option("server.enableCORS") is True
    assert get_option("server.enableStaticServing") is False
    assert get_option("server.enableAgentApi") is False
    assert get_option("server.runOnSave") is False
    assert get_option("client.showErrorDetails") == "none"
    assert get_option("browser.gatherUsageStats") is False
    assert get_option("global.developmentMode") is False
