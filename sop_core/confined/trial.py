"""The job that tries whether a TOML file can be read at all.

Nested or dotted deep enough, one of a hundred kB takes tomllib minutes or all of the stack.
Its answer is only that it could be read: whoever asks reads it again, knowing that it is quick.
"""

from __future__ import annotations

import tomllib

from sop_core import confined
from sop_core.errors import Refused


def read(content: bytes) -> bool:
    """Whether it is TOML. Raises Refused where it is nested beyond reading."""
    try:
        tomllib.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise Refused("bertingkat terlalu dalam") from error
    except ValueError:
        # Not TOML; the reader names the place.
        return False
    return True


if __name__ == "__main__":
    confined.serve(read)
