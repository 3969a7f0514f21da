"""Backup, restore and a check-up of the store.

doctor    the check-up; changes nothing
rules     what must be so, one rule an entry
copying   backups made and put back
manifest  what a backup says of itself
"""

from sop_core.upkeep.copying import backup, restore
from sop_core.upkeep.doctor import Finding, doctor, doctor_of

__all__ = ["Finding", "backup", "doctor", "doctor_of", "restore"]
