"""Files that are there whole or not at all, whatever kills the process in between."""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = "kunci"
_UNLOCKED_FOR = 3600
"""Seconds after which a workshop without a lock is a leftover: it died before it made one."""
_LONGEST = 60
"""Characters of the target's name in a workshop's, whose own name may not grow too long."""


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(finished: Path, target: Path) -> None:
    """Give a finished file its final name; raises FileExistsError rather than replace one."""
    sync(finished)
    # A link, since a rename would replace what somebody has put there in the meantime.
    os.link(finished, target)
    sync(target.parent)


@contextmanager
def workshop(target: Path, purpose: str) -> Iterator[Path]:
    """A folder beside ``target`` to make it in: ``.<name>.<purpose>-<random>``, gone at the end.

    What a killed process left is swept away by the next that works for the same target.
    """
    for left in target.parent.glob(f"{glob.escape(_named(target, purpose))}*"):
        if _abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    place = target.with_name(_named(target, purpose) + secrets.token_hex(4))
    place.mkdir(mode=0o700)
    lock = os.open(place / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(lock)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether this process is the only one in such a block for the folder; it goes with it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _named(target: Path, purpose: str) -> str:
    return f".{target.name[:_LONGEST]}.{purpose}-"


def _abandoned(place: Path) -> bool:
    """Whether the process of a workshop is dead: its lock is free."""
    try:
        lock = os.open(place / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return place.exists() and time.time() - place.stat().st_mtime > _UNLOCKED_FOR
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
