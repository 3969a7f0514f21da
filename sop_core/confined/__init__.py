"""Work on a stranger's file, in a process of its own that may die without harm.

``run("sop_core.confined.sheets", [content, ...])`` starts that module as a program (or takes one
that waits, ready.py), hands it the arguments and gives back what it answers. The program has
limits of memory, of processor and wall time, of output, and once it has started it opens no file
and no connection. What goes either way is msgpack: plain values, never code, so that a program
which a file has taken over can hand back nothing but data. Only so many work at once, the others
wait.

A job is a module here whose last line is ``confined.serve(function)`` under ``__main__``; it
imports no more of ours than it needs, since every start costs those imports.
"""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from sop_core.confined.places import Places
from sop_core.confined.ready import Command, Ready, end
from sop_core.errors import Crashed, Refused, TooLarge, TooSlow

_ROOT = Path(__file__).resolve().parent.parent.parent
_MIB = 1024 * 1024
_CHUNK = _MIB
# What a job needs of the world: the same numbers everywhere, and where its libraries are.
_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_OUT_OF_MEMORY = 87
"""Exit code of a job that ran out of memory (chosen by us, used by nothing else)."""


_LIGHT = 1024
"""MiB up to which a job counts as a light one."""
# Apart, so that no report waits for somebody's large spreadsheet. Together 2 x 2,560 and
# 2 x 768 MiB at worst; who reads a file waits longer than the 90 s that the one before may take.
HEAVY = Places(most=2, waiting=6, patience=100)
LIGHT = Places(most=2, waiting=20, patience=45)


@dataclass(frozen=True)
class Limits:
    """How much a job may use: MiB of address space, seconds, MiB of answer."""

    memory: int = 1536
    seconds: float = 60
    answer: int = 768


def run(job: str, arguments: Sequence[Any], limits: Limits | None = None) -> Any:
    """The answer of a job module to these arguments (plain values and bytes).

    Raises Refused with the job's own words where it refuses, TooSlow, TooLarge or Crashed
    where it is stopped, Busy where too many others are at work: then nothing was looked at.
    """
    limits = limits or Limits()
    with (LIGHT if limits.memory <= _LIGHT else HEAVY).one():
        return _run(job, arguments, limits)


def _start(command: Command) -> subprocess.Popen[bytes]:
    words, environment = command
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=dict(environment),
        # A signal at the terminal is the parent's to deal with.
        start_new_session=True,
    )


READY = Ready(_start)


def _command(job: str, limits: Limits) -> Command:
    environment = {k: os.environ[k] for k in _KEPT if k in os.environ}
    bounds = (str(limits.memory), str(int(limits.seconds) + 1))
    return (
        (sys.executable, "-P", "-m", job, *bounds),
        tuple((environment | {"PYTHONPATH": str(_ROOT)}).items()),
    )


def _run(job: str, arguments: Sequence[Any], limits: Limits) -> Any:
    command = _command(job, limits)
    process = READY.take(command)
    try:
        packed = msgpack.packb(list(arguments), use_bin_type=True)
        said = _exchange(process, packed, limits)
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired as error:
        raise TooSlow("pengolahan berkas tidak berakhir sesudah jawabannya") from error
    finally:
        end(process)
        READY.follow(command)
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
    _go_first()
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


def _go_first() -> None:
    """Where the machine itself runs out of memory, this process ends, not the app."""
    # Not every system has it, nor allows it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
