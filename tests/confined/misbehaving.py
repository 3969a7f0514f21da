"""A job that does what a hostile file could make a job do."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from sop_core import confined
from sop_core.errors import Refused


def work(what, *arguments):
    if what == "echo":
        return list(arguments)
    if what == "refuse":
        raise Refused("berkas ini tidak baik")
    if what == "moment":
        begun = time.monotonic()
        time.sleep(0.3)
        return [begun, time.monotonic()]
    if what == "linger":
        os.write(1, b"\x92\xc2\xc0")
        os.close(1)
        time.sleep(60)
    if what == "sleep":
        time.sleep(60)
    if what == "nap":
        begun = time.monotonic()
        time.sleep(arguments[0])
        return [begun, time.monotonic()]
    if what == "spin":
        while True:
            pass
    if what == "memory":
        return len([b"x" * 10_000_000 for _ in range(1_000)])
    if what == "die":
        os.abort()
    if what == "flood":
        while True:
            os.write(1, b"x" * 1_000_000)
    if what == "garbage":
        os.write(1, b"\xc1\xc1\xc1")
        os._exit(0)
    if what == "noise":
        print("ini bukan jawaban", file=sys.stderr)
        return "baik"
    attempts = {
        "read": lambda: Path("/etc/passwd").read_text(),
        "write": lambda: Path(arguments[0]).write_text("x"),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9)),
        "program": lambda: subprocess.run(["true"], check=True),
    }
    try:
        attempts[what]()
    except OSError as error:
        raise Refused(f"tidak dapat: {error.errno}") from error
    return "terjadi"


if __name__ == "__main__":
    confined.serve(work)
