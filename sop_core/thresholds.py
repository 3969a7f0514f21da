"""Where one thing turns into another for a reader: each threshold once, for SQL and for help texts."""

from __future__ import annotations

DUE_SOON_DAYS = 5
"""HK left of a running step, of whose norm at least DUE_SOON_USED is used: due soon."""
DUE_SOON_USED = 0.5
"""Share of the norm; so a norm of 5 HK is not due soon from its first day."""
DUE_SOON_LEFT = 0.25
"""Share of the norm left at which a step is due soon, however many HK that is."""
SILENT_DAYS = 31
"""Calendar days after which an office that said nothing is silent: a month without a report."""
OPENING_SHARE = 0.1
"""Share of UPT with activities from which all of them owe the reports of a flow's year."""

DUE_SOON_HELP = (
    f"Sisa paling banyak {DUE_SOON_DAYS} HK dan separuh norma sudah terpakai, atau sisa"
    " seperempat norma; mana yang lebih dahulu."
)
IN_SQL = {
    name: repr(value)
    for name, value in {
        "DUE_SOON_DAYS": DUE_SOON_DAYS, "DUE_SOON_USED": DUE_SOON_USED,
        "DUE_SOON_LEFT": DUE_SOON_LEFT, "OPENING_SHARE": OPENING_SHARE,
    }.items()
}  # fmt: skip
"""Written into our own SQL where it says ``:NAME``."""
