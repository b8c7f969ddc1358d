"""The three mixed models of two by two tables: their likelihoods, their saturated forms, where they end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import xlogy

from metaan.models.ascent import Point, Problem, climb, own_information
from metaan.models.hypergeometric import condition
from metaan.models.marginal import BASE, BASE_VARIANCE, EFFECT, TAU2, Binomials, conditional, two_binomials
from metaan.models.mixed_fit import fit
from metaan.models.peto import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.models.counts import Tables
    from metaan.models.marginal import Marginal
    from metaan.types import BoolArray, FloatArray

__all__ = ["MODELS", "MixedTables", "separated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedTables:
    """One of the three models, made for some tables.

    `heterogeneity` gives the saturated log-likelihood, the Wald statistic and its degrees of freedom.
    """

    problem: Problem
    start: Point
    dimensions: int
    heterogeneity: Callable[[Tables, Point], tuple[float, float, float]]


def separated(model: str, tables: Tables) -> str:
    """Say why the odds ratio has no finite estimate; empty where it has one."""
    if len(tables.a) == 0:
        return NOTHING
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    for name, cells in (
        ("events in the first arm", a),
        ("non-events in the first arm", b),
        ("events in the second arm", c),
        ("non-events in the second arm", d),
    ):
        if not cells.any():
            return f"not estimable: no study has {name}, so the odds ratio has no finite estimate"
    one_sided = ((a == 0) | (d == 0)).all() or ((b == 0) | (c == 0)).all()
    if one_sided and model != "UM.RS":
        return (
            "not estimable: every study lies at the same extreme (no events in one arm, or events only in "
            "the other), so the odds ratio has no finite estimate"
        )
    return ""


def _study_effects(tables: Tables) -> FloatArray:
    """Log odds ratios with 0.5 added to every cell: where climbs begin."""
    a, b, c, d = tables.a + 0.5, tables.b + 0.5, tables.c + 0.5, tables.d + 0.5
    return np.asarray(np.log(a / b) - np.log(c / d))


def _study_bases(tables: Tables) -> FloatArray:
    a, b, c, d = tables.a + 0.5, tables.b + 0.5, tables.c + 0.5, tables.d + 0.5
    return np.asarray((np.log(a / b) + np.log(c / d)) / 2)


def _integrated(tables: Tables) -> Callable[[Point, int], Marginal]:
    arms, k = Binomials.of(tables), len(tables.a)

    def evaluate(point: Point, nodes: int) -> Marginal:
        base, effect = np.broadcast_to(point.base, k), np.broadcast_to(point.effect, k)
        return two_binomials(arms, base, effect, point.base_variance, point.tau2, nodes)

    return evaluate


def _fixed_studies(tables: Tables) -> MixedTables:
    return MixedTables(
        problem=Problem(evaluate=_integrated(tables), shared=(EFFECT, TAU2), own=BASE),
        start=Point(base=_study_bases(tables), effect=np.zeros(()), base_variance=0.0, tau2=0.0),
        dimensions=1,
        heterogeneity=_saturated_fixed,
    )


def _random_studies(tables: Tables) -> MixedTables:
    bases = _study_bases(tables)
    return MixedTables(
        problem=Problem(evaluate=_integrated(tables), shared=(BASE, EFFECT, BASE_VARIANCE, TAU2)),
        start=Point(
            base=np.asarray(bases.mean()),
            effect=np.zeros(()),
            base_variance=float(bases.var()) + 0.01,
            tau2=0.0,
        ),
        dimensions=2,
        heterogeneity=_saturated_random,
    )


def _held_margins(tables: Tables) -> MixedTables:
    held = condition(tables)
    return MixedTables(
        problem=Problem(
            evaluate=lambda point, nodes: conditional(held, point.effect, point.tau2, nodes),
            shared=(EFFECT, TAU2),
        ),
        start=Point(base=np.zeros(()), effect=np.zeros(()), base_variance=0.0, tau2=0.0),
        dimensions=1,
        heterogeneity=_saturated_conditional,
    )


def _saturated_fixed(tables: Tables, common: Point) -> tuple[float, float, float]:
    """Every study has its own two risks; its log odds ratio is Woolf's."""
    del common
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    arms = Binomials.of(tables)
    height = float(arms.constant.sum() + sum(_entropy(x, n) for x, n in ((a, a + b), (c, c + d))))
    finite = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    a, b, c, d = a[finite], b[finite], c[finite], d[finite]
    return (height, *_wald(np.log(a / b) - np.log(c / d), np.diag(1 / (1 / a + 1 / b + 1 / c + 1 / d))))


def _entropy(x: FloatArray, n: FloatArray) -> float:
    return float((xlogy(x, x / n) + xlogy(n - x, (n - x) / n)).sum())


def _saturated_conditional(tables: Tables, common: Point) -> tuple[float, float, float]:
    """Every study has its own conditional odds ratio; at an extreme its likelihood goes to 1."""
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    inner = tables.kept(~((a == 0) | (b == 0) | (c == 0) | (d == 0)))
    if len(inner.a) == 0:
        return 0.0, nan, nan
    held = condition(inner)
    problem = Problem(
        evaluate=lambda point, nodes: conditional(held, point.effect, 0.0, nodes), shared=(), own=EFFECT
    )
    point = climb(problem, replace(common, effect=_study_effects(inner)), 1)
    marginal = problem.evaluate(point, 1)
    return (
        float(marginal.loglik.sum()),
        *_wald(point.effect, np.diag(-marginal.hessian[:, EFFECT, EFFECT])),
    )


def _saturated_random(tables: Tables, common: Point) -> tuple[float, float, float]:
    """Every study has its own odds ratio against a second arm whose log odds are normal.

    Where the first arm is at an extreme its likelihood goes to 1, as that of an arm without participants is.
    """
    del common
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    finite = (a > 0) & (b > 0)
    some = c > 0
    if not (finite | (some & (d > 0))).any():
        # the variance goes to infinity, and only how often the second arm had events is left to tell
        return _entropy(np.array([float(some.sum())]), np.array([float(len(c))])), nan, nan
    known = replace(tables, a=np.where(finite, a, 0.0), b=np.where(finite, b, 0.0))
    made = _random_studies(known)
    problem = Problem(
        evaluate=_against_second(made.problem, finite), shared=(BASE, BASE_VARIANCE), own=EFFECT
    )
    seconds = np.log((c + 0.5) / (d + 0.5))
    start = replace(
        made.start,
        base=np.asarray(seconds.mean()),
        base_variance=float(seconds.var()) + 0.01,
        effect=np.where(finite, _study_effects(tables), 0.0),
    )
    best = fit(problem, [start], dimensions=1)
    precision = own_information(problem, best.point, best.marginal)[np.ix_(finite, finite)]
    return (best.loglik, *_wald(best.point.effect[finite], precision))


def _against_second(problem: Problem, finite: BoolArray) -> Callable[[Point, int], Marginal]:
    """Let the base be the log odds of the second arm instead of the middle of the two.

    Effects of an empty first arm change nothing; the quadrature would leave a little of them.
    """
    told = np.ones((len(finite), 4))
    told[~finite, EFFECT] = 0.0
    turn = np.eye(4)
    turn[BASE, EFFECT] = 0.5

    def evaluate(point: Point, nodes: int) -> Marginal:
        found = problem.evaluate(replace(point, base=point.base + point.effect / 2), nodes)
        return replace(
            found,
            gradient=found.gradient @ turn * told,
            hessian=turn.T @ found.hessian @ turn * (told[:, :, None] * told[:, None, :]),
        )

    return evaluate


def _wald(effects: FloatArray, precision: FloatArray) -> tuple[float, float]:
    """Q of effects with a joint precision matrix about their generalised mean, and its degrees of freedom."""
    if len(effects) == 0:
        return nan, nan
    row = precision.sum(axis=0)
    centred = effects - float(row @ effects) / float(row.sum())
    return float(centred @ precision @ centred), float(len(effects) - 1)


MODELS: dict[str, Callable[[Tables], MixedTables]] = {
    "UM.RS": _random_studies,
    "UM.FS": _fixed_studies,
    "CM.EL": _held_margins,
}
