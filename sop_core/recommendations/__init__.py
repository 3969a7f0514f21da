"""Recommendations for year n+1, from rules that are data and evidence that is records."""

from sop_core.recommendations.backtest import Trial, backtest
from sop_core.recommendations.engine import evidence_day, measure_key, measures, recommend, unit_of
from sop_core.recommendations.model import NUMBER_NAMES, Recommendation, Rule, load_rules

__all__ = [
    "NUMBER_NAMES",
    "Recommendation",
    "Rule",
    "Trial",
    "backtest",
    "evidence_day",
    "load_rules",
    "measure_key",
    "measures",
    "recommend",
    "unit_of",
]
