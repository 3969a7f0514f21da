"""The palette on charts, light and dark."""

from sop_core.palette import (
    DONE,
    DUE_SOON,
    LATE,
    ON_TIME,
    OVERDUE,
    RUNNING,
    SKIPPED,
    WAITING,
)

NEUTRAL = "rgba(127,140,150,0.16)"
LAND = "rgba(127,140,150,0.22)"
LINE = "rgba(127,140,150,0.55)"

STATUS = {
    "belum_mulai": WAITING,
    "berjalan": RUNNING,
    "terlambat_berjalan": OVERDUE,
    "selesai_tepat": ON_TIME,
    "selesai_terlambat": LATE,
    "selesai": DONE,
    "dilewati": SKIPPED,
}
LATE_SCALE = [[0.0, NEUTRAL], [0.001, "#F4C9BF"], [0.35, "#E07B6A"], [1.0, "#9B1C1C"]]
# Single-hue steps for the age of what is late; the first is not late yet.
AGEING = (DUE_SOON, "#F0B9AE", "#E07B6A", "#C62828", "#7F1414")
