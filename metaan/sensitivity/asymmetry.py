"""Tests of small-study effects: whether small studies show other effects than large ones.

A test is a row of `TESTS`: what it needs, which measures it is meant for, and how it is computed. None of
them says why a funnel is asymmetric: heterogeneity, the design of small studies and chance do it too, not
only studies that were never published.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.effects.measures import effect_sizes
from metaan.errors import InputError
from metaan.format import ONE_GROUP_MEASURES
from metaan.models.intake import read_studies
from metaan.models.pairwise import pool
from metaan.results.asymmetry import Asymmetry, SmallStudyTest
from metaan.results.least import LEAST_FOR_ASYMMETRY
from metaan.sensitivity.cells import read_cells
from metaan.sensitivity.rank import rank_correlation
from metaan.sensitivity.regressions import LEAST_STUDIES as LEAST_ANYHOW
from metaan.sensitivity.regressions import SAME_SIZE, Found, additive_regression, dispersed_regression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from metaan.sensitivity.cells import Sizes
    from metaan.types import BoolArray, FloatArray

__all__ = ["FEW", "TESTS", "asymmetry", "small_study_test"]

MUCH_HETEROGENEITY = 0.1
TABLE_MEASURES = frozenset({"OR", "RR", "RD", "PETO"})
ODDS_RATIOS = frozenset({"OR", "PETO"})

FEW = "k < 10, asymmetry cannot be judged"
TIED = "some effects or variances are equal: the p-value is that of a normal approximation with ties"
MANY = "the p-value is that of a normal approximation"
EXACT = "the p-value is exact"
DOUBLE_ZERO = "{} without events, or with events only, carry nothing here"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Data:
    """Studies in a unit of their own: effects and variances divided by `unit` and its square."""

    y: FloatArray
    v: FloatArray
    unit: float
    sizes: Sizes | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A test as data: what it is called, what it regresses on, what it needs and how it is computed."""

    words: str
    predictor: str
    needs: str
    measures: frozenset[str]
    run: Callable[[_Data], Found]


def asymmetry(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str = "",
    cells: Mapping[str, ArrayLike] | None = None,
    method: str = "REML",
    force: bool = False,
) -> Asymmetry:
    """Run every test of small-study effects that fits the measure, and choose one of them by the measure.

    For odds ratios with their counts the choice is Harbord's test, and Rücker's where tau2 is above 0.1, as
    Sterne et al. advise; for standardised mean differences with their sizes that of Pustejovsky and Rodgers;
    for anything else Egger's.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    measure : str, default ""
        The measure's letters; empty for effects of an unnamed measure.
    cells : mapping of str to array_like, shape (k,), optional
        Sizes of the two groups, `n1i` and `n2i`; with `ai` and `ci` whole two by two tables.
    method : str, default "REML"
        The estimator of tau2 where a test has one.
    force : bool, default False
        Test fewer than ten studies too; the notes then say that asymmetry cannot be judged.

    Returns
    -------
    Asymmetry

    Raises
    ------
    InputError
        For fewer than ten studies unless `force`, fewer than three in any case, cells that do not go with
        the effects, and for what `regress` refuses.

    References
    ----------
    Sterne JAC, Sutton AJ, Ioannidis JPA, et al. Recommendations for examining and interpreting funnel plot
    asymmetry in meta-analyses of randomised controlled trials. BMJ 2011; 343: d4002.

    Examples
    --------
    >>> yi = [0.1, 0.3, 0.2, 0.5, 0.4, 0.6, 0.3, 0.7, 0.9, 0.8]
    >>> vi = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10]
    >>> found = asymmetry(yi, vi, measure="MD")
    >>> found.chosen, round(found.main.statistic, 3), round(found.main.pvalue, 4)
    ('egger', 5.86, 0.0004)
    """
    data, notes = _read(yi, vi, cells, method, force)
    fitting = [name for name, row in TESTS.items() if _fits(row, measure, data.sizes)]
    chosen, reason = _choose(data, fitting)
    return Asymmetry(
        measure=measure,
        k=len(data.y),
        tests=tuple(_test(name, data) for name in fitting),
        chosen=chosen,
        reason=reason,
        notes=(*notes, *_cautions(measure)),
    )


def small_study_test(
    test: str,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    cells: Mapping[str, ArrayLike] | None = None,
    method: str = "REML",
    force: bool = False,
) -> SmallStudyTest:
    """Run one test of small-study effects, whatever the measure.

    Parameters
    ----------
    test : str
        egger (effects on standard errors, weights 1/vi, multiplicative dispersion, t), regression (with
        tau2 added to vi, normal), thompson (the same, t), begg (rank correlation), harbord, peters, rucker,
        macaskill, pustejovsky.
    yi, vi, cells, method, force
        As in `asymmetry`. harbord, peters and rucker need tables, macaskill and pustejovsky sizes.

    Returns
    -------
    SmallStudyTest
        `nan` with a note where the studies do not differ in what effects are regressed on.

    Raises
    ------
    InputError
        For an unknown test, cells that it needs and were not given, and as in `asymmetry`.

    References
    ----------
    Egger M, Davey Smith G, Schneider M, Minder C. Bias in meta-analysis detected by a simple, graphical test.
    BMJ 1997; 315: 629-634.
    Thompson SG, Sharp SJ. Explaining heterogeneity in meta-analysis: a comparison of methods. Statistics in
    Medicine 1999; 18: 2693-2708.
    Begg CB, Mazumdar M. Operating characteristics of a rank correlation test for publication bias. Biometrics
    1994; 50: 1088-1101.
    Harbord RM, Egger M, Sterne JAC. A modified test for small-study effects in meta-analyses of controlled
    trials with binary endpoints. Statistics in Medicine 2006; 25: 3443-3457.
    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Comparison of two methods to detect publication bias
    in meta-analysis. JAMA 2006; 295: 676-680.
    Rücker G, Schwarzer G, Carpenter J. Arcsine test for publication bias in meta-analyses with binary
    outcomes. Statistics in Medicine 2008; 27: 746-763.
    Macaskill P, Walter SD, Irwig L. A comparison of methods to detect publication bias in meta-analysis.
    Statistics in Medicine 2001; 20: 641-654.
    Pustejovsky JE, Rodgers MA. Testing for funnel plot asymmetry of standardized mean differences. Research
    Synthesis Methods 2019; 10: 57-71.

    Examples
    --------
    >>> yi = [0.1, 0.3, 0.2, 0.5, 0.4, 0.6, 0.3, 0.7, 0.9, 0.8]
    >>> vi = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10]
    >>> found = small_study_test("begg", yi, vi)
    >>> round(found.estimate, 4), round(found.pvalue, 4)
    (0.7333, 0.0022)
    """
    if not is_one_of(test, TESTS):
        raise InputError(f"test = {test!r} is not known; the tests are {', '.join(TESTS)}.")
    data, notes = _read(yi, vi, cells, method, force)
    needs = TESTS[test].needs
    if _lacks(needs, data.sizes):
        raise InputError(f"The test {test} needs {NEEDS[needs]} of every study; give them as cells.")
    return _test(test, data, notes)


NEEDS = {"sizes": "n1i and n2i", "tables": "ai, n1i, ci and n2i"}


def _read(
    yi: ArrayLike, vi: ArrayLike, cells: Mapping[str, ArrayLike] | None, method: str, force: bool
) -> tuple[_Data, tuple[str, ...]]:
    studies = read_studies(yi, vi)
    if studies.k < LEAST_ANYHOW or (studies.k < LEAST_FOR_ASYMMETRY and not force):
        cure = f"force=True tests {LEAST_ANYHOW} or more all the same" if not force else "give more studies"
        raise InputError(
            f"k = {studies.k}: asymmetry cannot be judged below {LEAST_FOR_ASYMMETRY} studies; {cure}."
        )
    data = _Data(
        y=studies.y[studies.rank],
        v=studies.v[studies.rank],
        unit=studies.unit,
        sizes=read_cells(cells, studies.k),
        method=method,
    )
    return data, (FEW,) if studies.k < LEAST_FOR_ASYMMETRY else ()


def _fits(row: _Row, measure: str, sizes: Sizes | None) -> bool:
    return not _lacks(row.needs, sizes) and (not row.measures or measure in row.measures)


def _lacks(needs: str, sizes: Sizes | None) -> bool:
    return bool(needs) and (sizes is None or (needs == "tables" and sizes.events is None))


def _choose(data: _Data, fitting: list[str]) -> tuple[str, str]:
    """Name the test for a measure, and say why."""
    if "harbord" in fitting:
        tau2 = pool(data.y, data.v, method=data.method, test="z").tau2 * data.unit**2
        if tau2 > MUCH_HETEROGENEITY:
            return "rucker", (
                "Chosen because with odds ratios and τ² above 0.1 only the arcsine test with random effects"
                " keeps its error rate (Sterne et al. 2011)."
            )
        return "harbord", (
            "Chosen because an odds ratio is related to its standard error even without small-study effects,"
            " which this test avoids, and τ² is not above 0.1 (Sterne et al. 2011)."
        )
    if "pustejovsky" in fitting:
        return "pustejovsky", (
            "Chosen because a standardised mean difference is part of its own standard error, which this test"
            " replaces by the sizes of the groups."
        )
    return "egger", "Chosen because no test is made for this measure alone."


def _cautions(measure: str) -> tuple[str, ...]:
    if measure in {"RR", "RD"}:
        return (
            "tests of risk ratios and risk differences have hardly been studied; the effect is related to its"
            " standard error even without small-study effects",
        )
    if measure in ONE_GROUP_MEASURES - {"MN"}:
        return (
            "the standard error of a single group's share, rate or log mean depends on the value itself, so"
            " that asymmetry can be an artefact",
        )
    return ()


def _test(name: str, data: _Data, notes: tuple[str, ...] = ()) -> SmallStudyTest:
    row = TESTS[name]
    found = row.run(data)
    return SmallStudyTest(
        name=name,
        words=row.words,
        predictor=row.predictor,
        estimate=found.estimate,
        se=found.se,
        statistic=found.statistic,
        dof=found.dof,
        pvalue=found.pvalue,
        k=found.k,
        notes=(*notes, *found.notes),
    )


def _egger(data: _Data) -> Found:
    return dispersed_regression(data.y, np.sqrt(data.v), 1 / data.v, "standard error")


def _regression(data: _Data) -> Found:
    return additive_regression(data.y, data.v, data.method, "z")


def _thompson(data: _Data) -> Found:
    return additive_regression(data.y, data.v, data.method, "t")


def _begg(data: _Data) -> Found:
    """Rank deviations from the common-effect mean, in their own standard errors, against variances."""
    w = 1 / data.v
    k = len(w)
    others = np.array([np.delete(w, i).sum() for i in range(k)])
    mean = float(w @ data.y / w.sum())
    deviations = (data.y - mean) / np.sqrt(data.v * others / w.sum())
    found = rank_correlation(deviations, data.v)
    note = {"exact": EXACT, "ties": TIED, "normal": MANY}[found.how]
    if np.isnan(found.tau):
        note = SAME_SIZE.format("variance")
    return Found(
        estimate=found.tau,
        se=found.se,
        statistic=found.z,
        dof=inf,
        pvalue=found.pvalue,
        k=k,
        notes=(note,),
    )


def _harbord(data: _Data) -> Found:
    """Regress the efficient score over its variance on the inverse root of that variance."""
    sizes, kept, notes = _informative(data)
    a, n1, n2, m1 = (values[kept] for values in (sizes.a, sizes.n1, sizes.n2, sizes.a + sizes.c))
    N = n1 + n2
    Z, V = a - m1 * n1 / N, n1 * n2 * m1 * (N - m1) / (N**2 * (N - 1))
    return dispersed_regression(Z / V, 1 / np.sqrt(V), V, "variance of the score", notes)


def _peters(data: _Data) -> Found:
    sizes, kept, notes = _informative(data)
    m1, N = (sizes.a + sizes.c)[kept], (sizes.n1 + sizes.n2)[kept]
    return dispersed_regression(data.y[kept], 1 / N, m1 * (N - m1) / N, "size", notes, unit=data.unit)


def _rucker(data: _Data) -> Found:
    sizes = _given(data)
    found = effect_sizes("AS", ai=sizes.a, n1i=sizes.n1, ci=sizes.c, n2i=sizes.n2)
    return additive_regression(found.yi, found.vi, data.method, "t")


def _macaskill(data: _Data) -> Found:
    sizes = _given(data)
    return dispersed_regression(data.y, sizes.n1 + sizes.n2, 1 / data.v, "size", unit=data.unit)


def _pustejovsky(data: _Data) -> Found:
    sizes = _given(data)
    return dispersed_regression(
        data.y, np.sqrt(1 / sizes.n1 + 1 / sizes.n2), 1 / data.v, "size", unit=data.unit
    )


TESTS: Mapping[str, _Row] = {
    "egger": _Row(
        words="Egger's regression",
        predictor="standard error",
        needs="",
        measures=frozenset(),
        run=_egger,
    ),
    "regression": _Row(
        words="Random-effects regression",
        predictor="standard error",
        needs="",
        measures=frozenset(),
        run=_regression,
    ),
    "thompson": _Row(
        words="Thompson and Sharp's regression",
        predictor="standard error",
        needs="",
        measures=frozenset(),
        run=_thompson,
    ),
    "begg": _Row(
        words="Begg and Mazumdar's rank correlation",
        predictor="sampling variance",
        needs="",
        measures=frozenset(),
        run=_begg,
    ),
    "harbord": _Row(
        words="Harbord's regression",
        predictor="inverse root of the variance of the score",
        needs="tables",
        measures=ODDS_RATIOS,
        run=_harbord,
    ),
    "peters": _Row(
        words="Peters' regression",
        predictor="inverse of the total size",
        needs="tables",
        measures=ODDS_RATIOS,
        run=_peters,
    ),
    "rucker": _Row(
        words="Rücker's arcsine regression with random effects",
        predictor="standard error of the arcsine difference",
        needs="tables",
        measures=TABLE_MEASURES,
        run=_rucker,
    ),
    "macaskill": _Row(
        words="Macaskill's regression",
        predictor="total size",
        needs="sizes",
        measures=frozenset(),
        run=_macaskill,
    ),
    "pustejovsky": _Row(
        words="Pustejovsky and Rodgers' regression",
        predictor="standard error without the effect in it",
        needs="sizes",
        measures=frozenset({"SMD"}),
        run=_pustejovsky,
    ),
}
"""Key to test; the order in which they are listed."""


def _given(data: _Data) -> Sizes:
    assert data.sizes is not None
    return data.sizes


def _informative(data: _Data) -> tuple[Sizes, BoolArray, tuple[str, ...]]:
    """Tell which tables have both outcomes; the score of the others has no variance."""
    sizes = _given(data)
    events = sizes.a + sizes.c
    kept = (events > 0) & (events < sizes.n1 + sizes.n2)
    lost = int((~kept).sum())
    words = f"{lost} {'study' if lost == 1 else 'studies'}"
    return sizes, kept, (DOUBLE_ZERO.format(words),) if lost else ()
