"""Work on a stranger's file, in a process of its own that may die without harm.

``run("sop_core.confined.sheets", [content, ...])`` starts that module as a program, hands it
the arguments and gives back what it answers. The program has limits of memory, of processor
and wall time, of output, and once it has started it opens no file and no connection. What
goes either way is msgpack: plain values, never code, so that a program which a file has taken
over can hand back nothing but data.

A job is a module here whose last line is ``confined.serve(function)`` under ``__main__``; it
imports no more of ours than it needs, since every start costs those imports.
"""

from __future__ import annotations

import os
import resource
import selectors
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from sop_core.errors import Crashed, Refused, TooBusy, TooLarge, TooSlow

_ROOT = Path(__file__).resolve().parent.parent.parent
_MIB = 1024 * 1024
_CHUNK = _MIB
# What a job needs of the world: the same numbers everywhere, and where its libraries are.
_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_OUT_OF_MEMORY = 87
"""Exit code of a job that ran out of memory (chosen by us, used by nothing else)."""


AT_ONCE = 2
"""Processes of one job module at the same time: limits of one bound nothing where there are many."""
WAIT = 120.0
"""Seconds that the others wait for their turn before they are refused."""
_turns: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(AT_ONCE)
)
_turns_lock = threading.Lock()


@dataclass(frozen=True)
class Limits:
    """How much a job may use: MiB of address space, seconds, MiB of answer."""

    memory: int = 1536
    seconds: float = 60
    answer: int = 768


def run(job: str, arguments: Sequence[Any], limits: Limits | None = None) -> Any:
    """The answer of a job module to these arguments (plain values and bytes).

    Raises Refused with the job's own words where it refuses, TooBusy where too many work at once,
    TooSlow, TooLarge or Crashed where it is stopped.
    """
    with _turn(job):
        return _run(job, arguments, limits or Limits())


@contextmanager
def _turn(job: str) -> Iterator[None]:
    with _turns_lock:
        turns = _turns[job]
    if not turns.acquire(timeout=WAIT):
        raise TooBusy("Terlalu banyak berkas sedang diolah sekaligus. Coba lagi sebentar lagi.")
    try:
        yield
    finally:
        turns.release()


def _run(job: str, arguments: Sequence[Any], limits: Limits) -> Any:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", job, str(limits.memory), str(int(limits.seconds) + 1)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={k: os.environ[k] for k in _KEPT if k in os.environ} | {"PYTHONPATH": str(_ROOT)},
        # A signal at the terminal is the parent's to deal with.
        start_new_session=True,
    )
    try:
        packed = msgpack.packb(list(arguments), use_bin_type=True)
        said = _exchange(process, packed, limits)
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired as error:
        raise TooSlow("pengolahan berkas tidak berakhir sesudah jawabannya") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    if code == _OUT_OF_MEMORY:
        raise TooLarge("isi berkas terlalu besar untuk diolah")
    if code != 0 or not said:
        raise Crashed(f"pengolahan berkas terhenti (kode {code})")
    return _answer(said)


def _answer(said: bytes) -> Any:
    try:
        refused, value = msgpack.unpackb(said, raw=False, strict_map_key=False, timestamp=0)
    except (ValueError, TypeError) as error:
        raise Crashed("pengolahan berkas memberi jawaban yang tidak dapat dibaca") from error
    if refused:
        raise Refused(str(value))
    return value


def _exchange(process: subprocess.Popen[bytes], packed: bytes, limits: Limits) -> bytes:
    """Write and read at once, neither side waiting for the other, until the job is done."""
    assert process.stdin is not None
    assert process.stdout is not None
    deadline = time.monotonic() + limits.seconds
    left = memoryview(packed)
    said = bytearray()
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdin, selectors.EVENT_WRITE)
        waiting.register(process.stdout, selectors.EVENT_READ)
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TooSlow(f"pengolahan berkas melewati {limits.seconds:g} detik")
            for key, _ in waiting.select(remaining):
                if key.fileobj is process.stdout:
                    part = os.read(key.fd, _CHUNK)
                    if not part:
                        return bytes(said)
                    said += part
                    if len(said) > limits.answer * _MIB:
                        raise TooLarge("hasil pengolahan berkas terlalu besar")
                    continue
                try:
                    left = left[os.write(key.fd, left[:_CHUNK]) :]
                except BrokenPipeError:
                    left = left[:0]  # it died before it had read all; its exit code says why
                if not left:
                    waiting.unregister(process.stdin)
                    process.stdin.close()


# ------------------------------------------------------------- inside the job


def serve(work: Callable[..., Any]) -> None:
    """The main of a job: limits, arguments, work, answer."""
    memory, seconds = (int(text) for text in sys.argv[1:3])
    try:
        # Read before the files are closed off; what is read counts as memory already.
        resource.setrlimit(resource.RLIMIT_AS, (memory * _MIB, memory * _MIB))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        arguments = msgpack.unpackb(sys.stdin.buffer.read(), raw=False, max_bin_len=2**31 - 1)
        # Nothing is opened from here on: no file, no connection, no further program.
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        try:
            answer = (False, work(*arguments))
        except Refused as error:
            answer = (True, str(error))
        packed = msgpack.packb(answer, use_bin_type=True, datetime=False)
        view = memoryview(packed)
        while view:
            view = view[os.write(1, view[:_CHUNK]) :]
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    # Not sys.exit: nothing that a file left behind is run on the way out.
    os._exit(0)
