"""One call at a time beside the job's own work, for code that leaves the interpreter to others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Arg = TypeVar("_Arg")
_Answer = TypeVar("_Answer")


def beside(work: Callable[[_Arg], _Answer], argument: _Arg) -> Callable[[], _Answer]:
    """Starts ``work(argument)``; what comes back waits for its answer, or raises what it raised.

    Who does not ask for the answer does not wait: a job that refuses ends at once.
    """
    answers: list[_Answer] = []
    errors: list[BaseException] = []

    def at_work() -> None:
        try:
            answers.append(work(argument))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=at_work, daemon=True)
    thread.start()

    def answer() -> _Answer:
        thread.join()
        if errors:
            raise errors[0]
        return answers[0]

    return answer
