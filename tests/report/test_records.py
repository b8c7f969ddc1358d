"""What results.json writes of numbers near 0, and where it writes none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metaan import heterogeneity_interval, network, pool
from metaan.report.records import analysis_record

YI, VI = (0.31, -0.42, 0.93, 0.11), (0.02, 0.05, 0.04, 0.03)
MODELS = {"common": ("EE", "z"), "wald": ("REML", "z"), "hksj": ("REML", "hksj"), "adhoc": ("REML", "adhoc")}


class Alphabetical:
    def key(self, node):
        return node

    def pair(self, one, other):
        return one, other


def comparison_record(build, yi, vi, measure="MD", **changes):
    studies = [
        build.study(study=f"S{i}", yi=y, sei=v**0.5, ci_low=y - 2 * v**0.5, ci_high=y + 2 * v**0.5)
        for i, (y, v) in enumerate(zip(yi, vi, strict=True))
    ]
    fits = {name: pool(yi, vi, method=method, test=test) for name, (method, test) in MODELS.items()}
    spread = heterogeneity_interval(yi, vi)
    comparison = build.comparison(studies, heterogeneity=spread, **{**fits, **changes})
    (record,) = written(build, build.scenario([comparison], measure=measure))["comparisons"]
    return record


def written(build, scenario):
    return analysis_record(build.analysis(scenario), Alphabetical())["main"]


@pytest.mark.parametrize("unit", [1e-9, 1e-6, 1e6])
def test_small_units_lose_nothing(build, unit):
    here = comparison_record(build, YI, VI)
    there = comparison_record(build, [y * unit for y in YI], [v * unit**2 for v in VI])
    for name, power in (("estimate", 1), ("se", 1), ("tau2", 2), ("se_tau2", 2), ("Q", 0), ("pvalue", 0)):
        for model in ("wald", "hksj", "adhoc"):
            expected = here["fits"][model][name] * unit**power
            assert there["fits"][model][name] == pytest.approx(expected, rel=1e-8, abs=0), (model, name)
    high = here["heterogeneity"]["tau2"]["high"] * unit**2
    assert there["heterogeneity"]["tau2"]["high"] == pytest.approx(high, rel=1e-8, abs=0)
    assert there["heterogeneity"]["tau2"]["low"] > 0
    assert there["studies"][1]["estimate"] == pytest.approx(-0.42 * unit, rel=1e-9)


def test_a_small_p_value_is_written(build):
    fit = comparison_record(build, (2.0, 2.1, 2.05), (0.2, 0.3, 0.25))["fits"]["common"]
    assert 0 < fit["pvalue"] < 1e-10
    fit = comparison_record(build, (9.0, 9.1, 9.05), (0.2, 0.3, 0.25))["fits"]["common"]
    assert 0 < fit["pvalue"] < 1e-100


@pytest.mark.parametrize("unit", [1e-9, 1.0])
def test_what_rounding_left_of_nought_is_nought(build, unit):
    residue = 1e-17 * unit
    yi, vi = [y * unit for y in YI], [v * unit**2 for v in VI]
    fit = pool(yi, vi)
    off = replace(
        fit,
        estimate=residue,
        statistic=1e-17,
        ci=(residue, fit.ci[1]),
        prediction=(-residue, fit.prediction[1]),
        tau2=1e-17 * unit**2,
        I2=1e-16,
        I2_Q=1e-16,
        Q=1e-16,
    )
    record = comparison_record(build, yi, vi, hksj=off)["fits"]["hksj"]
    for name in ("estimate", "statistic", "tau2", "I2", "I2_Q", "Q"):
        assert record[name] == 0.0, name
    assert record["ci"]["low"] == record["prediction"]["low"] == record["shown"]["estimate"] == 0.0
    assert record["shown"]["ci"]["low"] == 0.0
    assert record["se"] > 0


def test_a_width_that_is_only_rounding_is_nought(build):
    fit = replace(pool(YI, VI), se=1e-17)
    assert comparison_record(build, YI, VI, hksj=fit)["fits"]["hksj"]["se"] == 0.0


def test_a_tiny_ratio_is_shown(build):
    yi = [-40.0, -40.5, -39.5]
    record = comparison_record(build, yi, [0.1] * 3, measure="RR")
    assert 0 < record["fits"]["wald"]["shown"]["estimate"] < 1e-15
    assert 0 < record["studies"][0]["shown"]["estimate"] < 1e-15


def test_two_studies_have_no_prediction_interval_and_a_reason(build):
    record = comparison_record(build, YI[:2], VI[:2])
    for model in ("wald", "hksj", "adhoc"):
        fit = record["fits"][model]
        assert fit["prediction"] == fit["shown"]["prediction"] == {"low": None, "high": None}
        assert "it takes at least three studies, and there are 2" in fit["reason"]
    assert comparison_record(build, YI[:3], VI[:3])["fits"]["hksj"]["prediction"]["low"] is not None


@pytest.mark.parametrize("k", [2, 3, 4])
def test_a_common_effect_has_no_prediction_interval_and_a_reason(build, k):
    fit = comparison_record(build, YI[:k], VI[:k])["fits"]["common"]
    assert fit["prediction"] == fit["shown"]["prediction"] == {"low": None, "high": None}
    assert "it would repeat the confidence interval" in fit["reason"]


@pytest.mark.parametrize("unit", [1e-9, 1.0])
def test_a_network_keeps_small_numbers_and_cuts_residue(build, unit):
    fit = network(
        list("stuvw"),
        list("AABAB"),
        list("BCCBC"),
        np.array([0.5, 0.9, 0.1, -0.7, 0.8]) * unit,
        np.array([0.2, 0.25, 0.3, 0.2, 0.2]) * unit,
    )
    found = written(build, build.scenario(measure="MD", network=fit))["network"]
    assert found["tau2"] == pytest.approx(fit.tau2, rel=1e-9, abs=0)
    assert found["components"][0]["tau2"] == found["tau2"] > 0
    assert found["effects"][0]["se"] == pytest.approx(float(fit.se[0, 1]), rel=1e-9, abs=0)
    near = np.where(np.eye(3), 0.0, 1e-17 * unit)
    off = replace(
        fit,
        estimate=near,
        common_estimate=near,
        direct_estimate=near,
        prediction_low=near,
        tau2=1e-18 * unit**2,
        Q_inconsistency=1e-16,
    )
    found = written(build, build.scenario(measure="MD", network=off))["network"]
    assert found["tau2"] == found["Q_inconsistency"] == 0.0
    for effect in found["effects"]:
        names = ("estimate", "common_estimate", "direct_estimate")
        assert [effect[name] for name in names] == [0.0] * 3
        assert effect["prediction"]["low"] == effect["shown"]["estimate"] == 0.0
        assert effect["se"] > 0
