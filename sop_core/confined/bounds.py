"""The limits of a job, and the refusal of what is past one."""

from __future__ import annotations

from typing import Any

from sop_core.errors import Refused


class Bounds:
    """The limits, and the refusal of what is past one."""

    def __init__(self, name: str, limits: dict[str, list[Any]]) -> None:
        self.name = name
        self._limits = limits

    def most(self, key: str) -> int:
        """The largest number allowed."""
        return int(self._limits[key][0])

    def hold(self, key: str, found: int, **told: object) -> None:
        """Raise Refused if this is past the limit."""
        if found > self.most(key):
            self.refuse(key, found, **told)

    def refuse(self, key: str, found: int, **told: object) -> None:
        """Raise Refused with the limit's words."""
        most, message = self._limits[key]
        raise Refused(
            message.format(name=self.name, found=thousands(found), most=thousands(most), **told)
        )


def thousands(number: int) -> str:
    """``1.234.567``."""
    return f"{number:,}".replace(",", ".")
