"""What the palette becomes on a page, light and dark."""

from sop_core import evaluation, followups, palette

NEUTRAL = "rgba(127,140,150,0.16)"
LAND = "rgba(127,140,150,0.22)"
LINE = "rgba(127,140,150,0.55)"

STATUS = {
    evaluation.NOT_STARTED: palette.WAITING,
    evaluation.RUNNING: palette.RUNNING,
    evaluation.OVERDUE: palette.OVERDUE,
    evaluation.UNKNOWN: palette.UNKNOWN,
    evaluation.ON_TIME: palette.ON_TIME,
    evaluation.LATE: palette.LATE,
    evaluation.DONE: palette.DONE,
    evaluation.SKIPPED: palette.SKIPPED,
}
FOLLOW_UP = {
    followups.LATE: palette.OVERDUE,
    followups.NOT_OPTIMAL: palette.SKIPPED,
    followups.OPEN: palette.RUNNING,
    followups.UNKNOWN: palette.UNKNOWN,
    followups.DONE_LATE: palette.LATE,
    followups.ON_TIME: palette.ON_TIME,
    followups.DONE: palette.DONE,
}
LATE_SCALE = [[0.0, NEUTRAL], [0.001, "#F4C9BF"], [0.35, "#E07B6A"], [1.0, "#9B1C1C"]]
# Single-hue steps for the age of what is late; the first is not late yet.
AGEING = (palette.DUE_SOON, "#F0B9AE", "#E07B6A", "#C62828", "#7F1414")
# One hue for the states of a facilitator: the further, the darker.
STEPS = ("#C9D8E2", "#A5C3D6", "#78A9C6", "#4A8DB5", "#246E9C", "#0B4A73")
