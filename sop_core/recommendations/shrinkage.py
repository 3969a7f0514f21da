"""Estimates from few cases, drawn towards what is usual (empirical Bayes).

One late step in an office that did the step once is a share of 100 per cent and says next
to nothing. Each estimate is therefore a compromise between what was seen and what is
expected, by how much was seen and by how much offices really differ.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_EDGE = 1e-4


def share(late: Floats, judged: Floats, expected: Floats) -> tuple[float, Floats]:
    """Shares shrunk towards ``expected`` by a beta-binomial model.

    Returns the strength of the prior, in cases (fitted by maximum likelihood over all rows),
    and the posterior mean of each row. All three arrays have one entry a row.
    """
    prior = np.clip(expected, _EDGE, 1 - _EDGE)
    if len(late) == 0:
        return 0.0, prior

    # Here, since loading it is most of what starting any command costs, and few ask for this.
    from scipy import optimize, stats

    def cost(log_strength: float) -> float:
        strength = np.exp(log_strength)
        fit = stats.betabinom.logpmf(
            np.round(late), np.round(judged), prior * strength, (1 - prior) * strength
        )
        return float(-fit.sum())

    found = optimize.minimize_scalar(cost, bounds=(np.log(0.5), np.log(500)), method="bounded")
    strength = float(np.exp(found.x))
    return strength, (late + prior * strength) / (judged + strength)


def ratio(observed: Floats, expected: Floats, strength: float) -> Floats:
    """Observed over expected counts, drawn towards 1 by ``strength`` expected events."""
    return (observed + strength) / (expected + strength)


def mean(values: Floats, counts: Floats, variance: float) -> Floats:
    """Means drawn towards 0 (the usual) by a normal model.

    ``variance`` is that of one case; how much rows really differ is estimated from the
    spread that chance does not explain.
    """
    if len(values) == 0:
        return values
    chance = variance / np.maximum(counts, 1)
    between = max(float(np.average(values**2 - chance, weights=counts)), 1e-6)
    return np.asarray(values * between / (between + chance))
