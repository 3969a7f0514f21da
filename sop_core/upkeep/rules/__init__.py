"""What must be so in a store: one rule, one entry, by the subject it is of.

keys      keys that stand once, references that lead somewhere, numbers that go on
records   activities, steps, people, follow-ups and targets, as an import lets them in
batches   uploads, their files, their counts and what undoes them
people    accounts and sessions
evidence  documents and links of steps and follow-ups
entered   decisions, corrections, revisions, and the trace that each must have left
"""

from sop_core.upkeep.rules import batches, entered, evidence, keys, people, records
from sop_core.upkeep.rules.writing import Rule

RULES: tuple[Rule, ...] = (
    *keys.RULES,
    *records.RULES,
    *batches.RULES,
    *people.RULES,
    *entered.RULES,
    *evidence.RULES,
)
