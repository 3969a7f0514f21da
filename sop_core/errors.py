"""Every error that is ours.

    PantauError                     said in Indonesian, to be shown as it stands
      Refused                       what was asked for is not done; nothing is changed
        AccessDenied                outside a person's role or office
        AccountRefused              an account that cannot be made or changed so
        SignInRefused               a sign-in or a session that is not accepted
          SignInTooOften            too many wrong guesses: wait
          SignInBusy                too many sign in at once: nothing was checked
        ImportRefused               the files as a whole cannot be imported
        TooBusy                     too many strangers' files at once
        CellError                   one cell that cannot be read
        UndoRefused                 a batch that cannot be undone
        RevisionRefused             a revision that is not taken or not withdrawn
        ReportRefused               a report or a template that cannot be filled
        DecisionRefused             a disposition without what it needs
        DefinitionError             an SOP file that is wrong, with the place in it
        OutsideCalendar             a date before or past the calendar
        BackupRefused               a copy that is not made, or not put back
      UsageError                    the words of a command are off (exit code 2)
      StoreError                    the file of the store
        StoreBusy                   another process has it open
        StoreDamaged                it is not ours, is damaged, or a newer version wrote it
        StoreUnreachable            no permission, no room, read-only, a folder, not there
      WorkFailed                    work on a stranger's file, stopped at a limit
        TooSlow, TooLarge, Crashed  of time, of memory or output, of its own accord

The command line turns each into one line and an exit code, a page into a message. Anything
else is a fault of the program: it is logged with a number, and the number is shown.
"""

from __future__ import annotations


class PantauError(Exception):
    """The root; its text is for the person who asked, in Indonesian."""


class Refused(PantauError, ValueError):
    """What was asked for is not done, and nothing is changed."""


class AccessDenied(Refused, PermissionError):
    """Something outside a person's role or office."""


class AccountRefused(Refused):
    """An account that cannot be made or changed so."""


class SignInRefused(Refused):
    """A sign-in or a session that is not accepted."""


class SignInTooOften(SignInRefused):
    """Too many wrong guesses: whoever it is has to wait."""


class SignInBusy(SignInRefused):
    """Too many sign in at once; this one was not looked at."""


class ImportRefused(Refused):
    """The files as a whole cannot be imported; the store is not touched."""


class TooBusy(Refused):
    """Too many strangers' files are being worked on at once."""


class CellError(Refused):
    """Why a cell cannot be read."""


class UndoRefused(Refused):
    """A batch that cannot be undone."""


class RevisionRefused(Refused):
    """Why a revision is not taken or not withdrawn."""


class ReportRefused(Refused):
    """Why a report cannot be made."""


class DecisionRefused(Refused):
    """A disposition without what it needs."""


class DefinitionError(Refused):
    """An SOP file that is wrong, with the place in it."""


class OutsideCalendar(Refused):
    """A date before the calendar's first year or past its last."""


class BackupRefused(Refused):
    """A copy of the store that is not made or not put back."""


class UsageError(PantauError):
    """The words of the call are off."""


class StoreError(PantauError):
    """The file of the store cannot be used."""


class StoreBusy(StoreError, RuntimeError):
    """Another process owns the database file."""


class StoreDamaged(StoreError, RuntimeError):
    """The file is not a database of ours, is damaged, or a newer version wrote it."""


class StoreUnreachable(StoreError, OSError):
    """The place of the file does not let us: permission, room, read-only, a folder."""


class WorkFailed(PantauError, RuntimeError):
    """Work on a stranger's file in a process of its own, stopped at a limit."""


class TooSlow(WorkFailed):
    """The time was up."""


class TooLarge(WorkFailed):
    """The memory was used up, or the answer was larger than allowed."""


class Crashed(WorkFailed):
    """The process ended of its own accord."""
