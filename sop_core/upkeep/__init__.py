"""Backup, restore and a check-up of the store.

backup     the whole store of one moment in one file, while it is in use or at rest
manifest   that file: the database, and what it must be
restore    a backup checked, and put in place of the store
schedule   a backup a day, and which are kept
doctor     the check-up of an open store; ``checkup`` of a file; ``rules`` is what must be so
looking    a file opened to read only, and whether somebody has it open
checkpoint the write-ahead log emptied while nobody reads
desk       what the running app does for the command line; ``attending`` runs them all
attachments  the documents beside the store in all of these
durable    files that are there whole or not at all
"""

from sop_core.upkeep import desk
from sop_core.upkeep.attending import Attendance
from sop_core.upkeep.backup import backup, backup_file
from sop_core.upkeep.checkup import doctor_file
from sop_core.upkeep.doctor import Finding, doctor
from sop_core.upkeep.restore import Restored, restore
from sop_core.upkeep.schedule import Keep, daily

__all__ = [
    "Attendance", "Finding", "Keep", "Restored", "backup", "backup_file", "daily", "desk",
    "doctor", "doctor_file", "restore",
]  # fmt: skip
