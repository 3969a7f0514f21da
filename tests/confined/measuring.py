"""How large the processes were that a test waited for."""

from __future__ import annotations

import resource


def largest_child() -> int:
    """KiB of the largest process that was waited for, those of other tests included."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def allowed(before: int, mib: int) -> int:
    """KiB under which the largest child must stay, of ``before`` at the test's begin.

    A child that is about to become another program still counts with the memory of who started
    it, and that may be a worker which has seen three thousand tests.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(before, own, mib * 1024) + 1
