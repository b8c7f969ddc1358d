"""Builders of the values that figures are drawn from; the numbers in them are made up."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from math import log, nan, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from metaan.figures.measure import width
from metaan.models.subgroups import subgroups
from metaan.results.appraisal import RobLevel, RobTable, RobTool
from metaan.results.frozen import frozen
from metaan.results.network import Component, Contrasts, Network
from metaan.results.pairwise import HeterogeneityInterval, Pooled
from metaan.results.synthesis import ArmData, Comparison, Panels, Scenario, StudyEffect

Z = NormalDist().inv_cdf(0.975)


def study_effect(
    label="Smith 2019",
    yi=-0.3,
    sei=0.2,
    *,
    arm1=(14, 58),
    arm2=(32, 59),
    treat1="drug",
    treat2="placebo",
    estimable=True,
    **more,
):
    def arm(cells, treatment):
        if cells is None:
            return None
        if len(cells) == 2:
            values = {"events": cells[0], "n": cells[1]}
        else:
            values = {"mean": cells[0], "sd": cells[1], "n": cells[2]}
        return ArmData(study=label, treatment=treatment, arms=(treatment,), **values)

    return StudyEffect(
        study=label,
        label=label,
        treat1=treat1,
        treat2=treat2,
        arm1=arm(arm1, treat1),
        arm2=arm(arm2, treat2),
        yi=yi if estimable else nan,
        sei=sei if estimable else nan,
        ci_low=yi - Z * sei if estimable else nan,
        ci_high=yi + Z * sei if estimable else nan,
        status=more.pop("status", "extracted"),
        estimable=estimable,
        **more,
    )


def pooled(yi, vi, *, tau2=0.02, test="hksj", method="REML", factor=1.3, level=0.95):
    w = 1 / (np.asarray(vi) + (0 if method == "EE" else tau2))
    estimate = float(np.sum(w * yi) / np.sum(w))
    se = float(1 / sqrt(np.sum(w)))
    half = Z * se * (factor if test in ("hksj", "adhoc") else 1)
    spread = 2.3 * sqrt(se**2 + tau2)
    k = len(yi)
    return Pooled(
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        dof=float("inf") if test == "z" else float(k - 1),
        pvalue=0.031,
        ci=(estimate - half, estimate + half),
        prediction=(estimate - spread, estimate + spread) if k > 2 else (nan, nan),
        tau2=tau2,
        se_tau2=0.03,
        I2=0.34,
        I2_Q=0.31,
        H2=1.5,
        Q=4.52,
        Q_dof=float(k - 1),
        Q_pvalue=0.21,
        weights=frozen(w / w.sum()),
        k=k,
        method=method,
        test=test,
        level=level,
    )


def comparison_of(studies, *, headline="hksj", treat1="drug", treat2="placebo", tau2=0.02, notes=()):
    usable = [s for s in studies if s.estimable]
    yi = np.array([s.yi for s in usable])
    vi = np.array([s.sei**2 for s in usable])
    arms = [arm for s in studies for arm in (s.arm1, s.arm2) if arm is not None]
    fits = {
        name: pooled(yi, vi, tau2=tau2, test=test, factor=factor) if usable else None
        for name, test, factor in (("wald", "z", 1.0), ("hksj", "hksj", 1.3), ("adhoc", "adhoc", 1.4))
    }
    return Comparison(
        treat1=treat1,
        treat2=treat2,
        studies=tuple(studies),
        k=len(usable),
        n=sum(arm.n for arm in arms),
        common=pooled(yi, vi, method="EE", test="z") if usable else None,
        headline=headline,
        heterogeneity=HeterogeneityInterval(tau2=(0.0, 0.31), I2=(0.0, 0.9), H2=(1.0, 10.0), level=0.95)
        if len(usable) > 1
        else None,
        notes=notes,
        **fits,
    )


def four_studies():
    return [
        study_effect("Placeholder A 2001", log(0.44), 0.26, arm1=(14, 58), arm2=(32, 59)),
        study_effect("Placeholder B 2002", log(0.76), 0.086, arm1=(117, 269), arm2=(158, 278), multiarm=True),
        study_effect(
            "Placeholder C 2003", log(0.68), 0.077, arm1=(210, 547), arm2=(152, 269), status="derived"
        ),
        study_effect("Placeholder D 2004", log(0.22), 0.85, arm1=(2, 14), arm2=(9, 14), pooled_report=True),
    ]


@pytest.fixture(scope="session")
def make_study():
    return study_effect


@pytest.fixture(scope="session")
def make_comparison():
    return comparison_of


@pytest.fixture(scope="session")
def make_pooled():
    return pooled


@pytest.fixture
def comparison():
    return comparison_of(four_studies())


@pytest.fixture(scope="session")
def options():
    return {
        "measure": "RR",
        "direction": "lower_better",
        "kind": "binary",
        "names": {"drug": "Carisoprodol", "placebo": "Placebo"},
        "outcome": "Drowsiness",
        "level": 0.95,
    }


def network_of(treatments, estimate, components, *, tau2=0.04, direct=None, level=0.95):
    """A made-up fit: estimate is a vector against the first treatment; nan where not connected."""
    n = len(treatments)
    est = np.subtract.outer(np.array(estimate), np.array(estimate))
    block = {t: i for i, part in enumerate(components) for t in part}
    apart = np.array([[block[a] != block[b] for b in treatments] for a in treatments])
    est[apart] = nan
    se = np.where(apart, nan, 0.2 + 0.05 * np.abs(np.subtract.outer(np.arange(n), np.arange(n))))
    spread = nan if np.isnan(tau2) else 2.1
    direct = np.zeros((n, n)) if direct is None else np.asarray(direct, dtype=float)
    parts = tuple(
        Component(
            treatments=tuple(part),
            studies=("A", "B"),
            tau2=tau2 if i == 0 else nan,
            I2=0.25,
            Q=5.1,
            Q_dof=4.0,
            Q_pvalue=0.28,
            Q_heterogeneity=3.0,
            Q_inconsistency=2.1,
            Q_heterogeneity_dof=2.0,
            Q_inconsistency_dof=2.0,
        )
        for i, part in enumerate(components)
    )
    return Network(
        treatments=tuple(treatments),
        reference=treatments[0],
        estimate=frozen(est),
        se=frozen(se),
        common_estimate=frozen(est),
        common_se=frozen(se),
        prediction_low=frozen(est - spread * np.sqrt(se**2 + (tau2 if spread == spread else 0))),
        prediction_high=frozen(est + spread * np.sqrt(se**2 + (tau2 if spread == spread else 0))),
        direct_estimate=frozen(est),
        direct_se=frozen(se),
        direct_studies=frozen(direct),
        tau2=tau2,
        I2=0.25,
        Q=5.1,
        Q_dof=4.0,
        Q_pvalue=0.28,
        Q_heterogeneity=3.0,
        Q_inconsistency=2.1,
        components=parts,
        studies=("A", "B", "C"),
        multiarm=(),
        method="REML",
        level=level,
        contrasts=Contrasts(study=(), treat1=(), treat2=(), yi=frozen([]), sei=frozen([]), measure=""),
    )


def scenario_of(comparisons):
    return Scenario(
        id="main",
        label="Main",
        changed="",
        measure="RR",
        method="REML",
        test="cochrane",
        contrasts=None,
        comparisons=tuple(comparisons),
        network=None,
        answers=(),
        set_aside=(),
    )


def graph_scenario(pairs, *, sizes=None, unestimable=()):
    """Comparisons from {(a, b): (study, ...)}; every arm has its treatment's size, 50 unless told."""
    sizes = sizes or {}
    comparisons = []
    for (a, b), studies in pairs.items():
        effects = [
            study_effect(
                study,
                treat1=a,
                treat2=b,
                arm1=None if sizes.get(a, 50) is None else (5, sizes.get(a, 50)),
                arm2=None if sizes.get(b, 50) is None else (6, sizes.get(b, 50)),
                estimable=(a, b) not in unestimable,
            )
            for study in studies
        ]
        comparisons.append(comparison_of(effects, treat1=a, treat2=b))
    return scenario_of(comparisons)


@pytest.fixture(scope="session")
def make_network():
    return network_of


@pytest.fixture(scope="session")
def make_scenario():
    return graph_scenario


def text_styles(element, inherited=None):
    """Texts below an element, each with the attributes that hold for it."""
    style = {**(inherited or {}), **element.attrib}
    if element.tag == "{http://www.w3.org/2000/svg}text":
        yield element, style
    for child in element:
        yield from text_styles(child, style)


def text_boxes(svg):
    """Boxes of all texts of an SVG, as (left, top, right, bottom, text), from its own coordinates."""
    boxes = []
    root = ET.fromstring(svg)
    for element, style in text_styles(root):
        size, family = float(style["font-size"]), style["font-family"].split(",")[0].strip("'")
        wide = width(element.text, size, bold=style.get("font-weight") == "700", family=family)
        shift = {"start": 0.0, "middle": wide / 2, "end": wide}[style.get("text-anchor", "start")]
        x, y = float(element.get("x")), float(element.get("y"))
        if "rotate(-90" in element.get("transform", ""):
            low = y + shift
            boxes.append((x - 0.76 * size, low - wide, x + 0.24 * size, low, element.text))
        else:
            boxes.append((x - shift, y - 0.76 * size, x - shift + wide, y + 0.24 * size, element.text))
    return boxes


def overlapping(boxes, slack=0.0):
    """Pairs of texts whose boxes overlap."""
    ordered = sorted(boxes, key=lambda box: box[1])
    pairs = []
    for i, a in enumerate(ordered):
        for b in ordered[i + 1 :]:
            if b[1] >= a[3] - slack:
                break
            if a[0] < b[2] - slack and b[0] < a[2] - slack:
                pairs.append((a[4], b[4]))
    return pairs


@pytest.fixture(scope="session")
def assert_tidy():
    """Check that no text of a sheet overlaps another or leaves the page."""

    def check(sheet):
        boxes = [(*words.box, words.text) for words in sheet.words]
        assert overlapping(boxes, 0.05) == []
        outside = [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > sheet.width or b[3] > sheet.height]
        assert outside == []

    return check


ROB_TOOL = RobTool(
    id="rob2",
    name="RoB 2",
    domains=tuple(
        (f"D{i}", title)
        for i, title in enumerate(
            ("Randomisation", "Deviations", "Missing data", "Measurement of the outcome", "Reporting"),
            start=1,
        )
    ),
    levels=(
        RobLevel(word="low", severity="low", glyph="+"),
        RobLevel(word="some concerns", severity="some", glyph="?"),
        RobLevel(word="high", severity="high", glyph="−"),
    ),
)


def rob_table(studies, *, unjudged=()):
    """Made-up judgements; a study of `unjudged` has none."""
    words = [level.word for level in ROB_TOOL.levels]
    return RobTable(
        tool=ROB_TOOL,
        studies=tuple(study.study for study in studies),
        judgements=tuple(
            tuple("" if study.study in unjudged else words[(i + j) % 3] for j in range(5))
            for i, study in enumerate(studies)
        ),
        overall=tuple("" if s.study in unjudged else words[i % 3] for i, s in enumerate(studies)),
    )


def grouped(comparison, members):
    """The comparison with its studies in groups."""
    kept = [
        (study.yi, study.sei**2, name or "~")
        for study, name in zip(comparison.studies, members, strict=True)
        if study.estimable
    ]
    found = subgroups(*map(list, zip(*kept, strict=True))) if kept else None
    if found is not None:
        found = replace(found, names=tuple(name.removeprefix("~") for name in found.names))
    return replace(comparison, panels=Panels(column="condition", members=tuple(members), found=found))


@pytest.fixture(scope="session")
def make_rob():
    return rob_table


@pytest.fixture(scope="session")
def make_groups():
    return grouped


@pytest.fixture(scope="session")
def read_boxes():
    return text_boxes


@pytest.fixture(scope="session")
def overlaps():
    return overlapping
