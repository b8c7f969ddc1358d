"""The second opinion must be able to disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metaan.models.pairwise import pool
from metaan.report.crosscheck import cross_check
from metaan.results.synthesis import AnalysisResult, Comparison, Scenario, StudyEffect

# BCG trials 1 to 4, log risk ratios (Colditz 1994).
YI = [-0.88931133392020545, -1.5853886572014306, -1.3480731482996933, -1.4415511900213054]
VI = [0.32558476500396133, 0.19458112139814385, 0.41536796536796539, 0.020010031902247573]


def _study(i: int, yi: float, vi: float) -> StudyEffect:
    return StudyEffect(
        study=f"s{i}",
        label=f"Study {i}",
        treat1="a",
        treat2="b",
        arm1=None,
        arm2=None,
        yi=yi,
        sei=vi**0.5,
        ci_low=yi - 2,
        ci_high=yi + 2,
        status="extracted",
        estimable=True,
    )


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        treat1="a",
        treat2="b",
        studies=tuple(_study(i, y, v) for i, (y, v) in enumerate(zip(YI, VI, strict=True))),
        k=4,
        n=0,
        common=pool(YI, VI, method="EE", test="z"),
        wald=pool(YI, VI, test="z"),
        hksj=pool(YI, VI, test="hksj"),
        adhoc=pool(YI, VI, test="adhoc"),
        headline="hksj",
        heterogeneity=None,
    )


def _analysis(comparison: Comparison) -> AnalysisResult:
    main = Scenario(
        id="main",
        label="Main",
        changed="",
        measure="RR",
        method="REML",
        test="cochrane",
        contrasts=None,
        comparisons=(comparison,),
        network=None,
        answers=(),
        set_aside=(),
    )
    return AnalysisResult(
        id="x",
        title="X",
        question="",
        kind="binary",
        outcomes=("x",),
        direction="lower_better",
        level=0.95,
        prespecified=True,
        main=main,
        sensitivity=(),
    )


def test_statsmodels_gives_the_same_numbers(comparison: Comparison) -> None:
    checks = cross_check((_analysis(comparison),))
    assert len(checks) == 5
    assert all(check.agrees for check in checks)
    assert np.isclose(checks[0].statsmodels, np.average(YI, weights=1 / np.array(VI)), rtol=1e-12)


def test_a_wrong_number_is_named(comparison: Comparison) -> None:
    assert comparison.hksj is not None
    wrong = replace(comparison, hksj=replace(comparison.hksj, se=comparison.hksj.se * (1 + 1e-6)))
    named = [check.quantity for check in cross_check((_analysis(wrong),)) if not check.agrees]
    assert named == ["standard error, random effects, Hartung-Knapp"]


def test_one_study_is_nothing_to_check(comparison: Comparison) -> None:
    alone = replace(comparison, studies=comparison.studies[:1])
    assert cross_check((_analysis(alone),)) == ()
