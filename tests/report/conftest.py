"""Hand-made reviews and results: small, fictitious, and with numbers that a test can foresee."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from metaan.report.rendered import RenderedFigure
from metaan.results.network import Component, Network
from metaan.results.pairwise import HeterogeneityInterval, Pooled
from metaan.results.synthesis import (
    AnalysisResult,
    Answer,
    ArmData,
    Comparison,
    Provenance,
    Scenario,
    SetAside,
    StudyEffect,
)
from metaan.review.plan import Plan
from metaan.review.rows import Review, Row
from metaan.review.schema import TABLES

NUMBERS = {"integer", "count", "size", "number", "percent", "spread", "probability", "year"}
Z = 1.959963984540054


def make_row(table, number, **cells):
    columns = TABLES[table].columns
    text = {column.name: str(cells.get(column.name, "")) for column in columns}
    value = {column.name: _value(column.kind, text[column.name]) for column in columns}
    return Row(table=table, number=number, text=text, value=value)


def _value(kind, text):
    if text == "":
        return None
    if kind not in NUMBERS:
        return text
    return float(text) if "." in text else int(text)


def make_tables(**tables):
    made = dict.fromkeys(TABLES, ())
    for name, rows in tables.items():
        made[name] = tuple(make_row(name, number, **row) for number, row in enumerate(rows, start=2))
    return made


def make_plan(**changes):
    review = {
        "title": "Alpha and beta for sore tests",
        "question": "Do alpha and beta help?",
        "reference": "control",
        "treatments": ["alpha", "beta", "control"],
        "questions": [
            {"treat1": "alpha", "treat2": "control"},
            {"treat1": "beta", "treat2": "control"},
            {"treat1": "alpha", "treat2": "beta"},
        ],
    }
    review.update(changes)
    analysis = {"id": "relief", "title": "Relief", "outcomes": ["relief"]}
    return Plan.model_validate({"schema": 1, "review": review, "analysis": [analysis]})


TREATMENTS = (
    {"raw_label": "alpha", "node": "alpha", "treatment": "Alpha"},
    {"raw_label": "beta", "node": "beta", "treatment": "Beta"},
    {"raw_label": "sugar pill", "node": "control", "treatment": "control"},
)


def make_review(plan=None, **tables):
    tables.setdefault("treatments", TREATMENTS)
    tables.setdefault("outcomes", [{"outcome_id": "relief", "label": "Relief", "kind": "binary"}])
    return Review(name="made-up", plan=plan or make_plan(), tables=make_tables(**tables), files=())


def make_pooled(estimate=0.0, se=0.1, k=2, *, tau2=0.0, prediction=(nan, nan), method="REML", width=Z):
    return Pooled(
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        dof=inf,
        pvalue=0.5,
        ci=(estimate - width * se, estimate + width * se),
        prediction=prediction,
        tau2=tau2 if k > 1 else nan,
        se_tau2=nan,
        I2=0.25 if k > 1 else nan,
        I2_Q=0.2 if k > 1 else nan,
        H2=1.3 if k > 1 else nan,
        Q=float(k),
        Q_dof=float(k - 1),
        Q_pvalue=0.3 if k > 1 else nan,
        weights=np.full(k, 1 / k),
        k=k,
        method=method,
        test="z",
        level=0.95,
    )


def make_provenance(row, table="results.csv", status="extracted", **words):
    return Provenance(table=table, row=row, status=status, **words)


def make_study(
    study="S1",
    label="Smith 2001",
    pair=("alpha", "control"),
    rows=(2, 3),
    n=(50, 52),
    events=(9, 5),
    **changes,
):
    arms = [
        ArmData(
            study=study,
            treatment=node,
            arms=(node,),
            n=size,
            events=count,
            provenance=(make_provenance(row),),
        )
        for node, size, count, row in zip(pair, n, events, rows, strict=True)
    ]
    fields = {
        "study": study,
        "label": label,
        "treat1": pair[0],
        "treat2": pair[1],
        "arm1": arms[0],
        "arm2": arms[1],
        "yi": 0.5,
        "sei": 0.25,
        "ci_low": 0.5 - Z * 0.25,
        "ci_high": 0.5 + Z * 0.25,
        "status": "extracted",
        "estimable": True,
        "provenance": tuple(row for arm in arms for row in arm.provenance),
    }
    return StudyEffect(**{**fields, **changes})


def make_comparison(studies=None, pair=("alpha", "control"), fit=None, **changes):
    studies = (make_study(pair=pair),) if studies is None else tuple(studies)
    used = [study for study in studies if study.estimable]
    fit = fit or (make_pooled(0.5, 0.25, len(used)) if used else None)
    people = {(s.study, arm.treatment): arm.n for s in used for arm in (s.arm1, s.arm2) if arm}
    fields = {
        "treat1": pair[0],
        "treat2": pair[1],
        "studies": studies,
        "k": len(used),
        "n": sum(people.values()),
        "common": fit,
        "wald": fit,
        "hksj": fit,
        "adhoc": fit,
        "headline": "wald",
        "heterogeneity": None,
    }
    return Comparison(**{**fields, **changes})


def make_answer(pair=("alpha", "control"), evidence="direct", estimate=0.5, k=1, n=102, **changes):
    fields = {
        "treat1": pair[0],
        "treat2": pair[1],
        "evidence": evidence,
        "basis": {"direct": "pairwise", "none": ""}.get(evidence, "network"),
        "estimate": estimate,
        "se": 0.25,
        "ci_low": estimate - Z * 0.25,
        "ci_high": estimate + Z * 0.25,
        "k": k,
        "n": n,
    }
    return Answer(**{**fields, **changes})


def make_scenario(comparisons=(), answers=(), **changes):
    fields = {
        "id": "main",
        "label": "Main analysis",
        "changed": "",
        "measure": "RR",
        "method": "REML",
        "test": "cochrane",
        "contrasts": None,
        "comparisons": tuple(comparisons),
        "network": None,
        "answers": tuple(answers),
        "set_aside": (),
    }
    return Scenario(**{**fields, **changes})


def make_analysis(main=None, **changes):
    fields = {
        "id": "relief",
        "title": "Relief",
        "question": "Does it help?",
        "kind": "binary",
        "outcomes": ("relief",),
        "direction": "higher_better",
        "level": 0.95,
        "prespecified": True,
        "main": main or make_scenario([make_comparison()], [make_answer()]),
        "sensitivity": (),
    }
    return AnalysisResult(**{**fields, **changes})


def make_component(treatments, studies=("S1", "S2"), dof=0.0, inconsistency=0.0):
    return Component(
        treatments=tuple(treatments),
        studies=tuple(studies),
        tau2=nan if dof == 0 else 0.04,
        I2=nan if dof == 0 else 0.5,
        Q=0.0 if dof == 0 else 4.0,
        Q_dof=dof,
        Q_pvalue=nan if dof == 0 else 0.2,
        Q_heterogeneity=3.0 if dof else 0.0,
        Q_inconsistency=1.0 if inconsistency else 0.0,
        Q_heterogeneity_dof=dof - inconsistency,
        Q_inconsistency_dof=inconsistency,
    )


def make_network(components, multiarm=()):
    treatments = tuple(sorted(node for part in components for node in part.treatments))
    square = np.full((len(treatments), len(treatments)), nan)
    studies = tuple(study for part in components for study in part.studies)
    first = components[0]
    return Network(
        treatments=treatments,
        reference="control",
        estimate=square,
        se=square,
        common_estimate=square,
        common_se=square,
        prediction_low=square,
        prediction_high=square,
        direct_estimate=square,
        direct_se=square,
        direct_studies=np.zeros_like(square),
        tau2=first.tau2,
        I2=first.I2,
        Q=first.Q,
        Q_dof=first.Q_dof,
        Q_pvalue=first.Q_pvalue,
        Q_heterogeneity=first.Q_heterogeneity,
        Q_inconsistency=first.Q_inconsistency,
        components=tuple(components),
        studies=studies,
        multiarm=tuple(multiarm),
        method="REML",
        level=0.95,
        **_contrasts_of(studies),
    )


def _contrasts_of(studies):
    """Fill the field that keeps a network's contrasts, with one contrast."""
    from metaan.results.network import Contrasts

    if "contrasts" not in Network.__dataclass_fields__:
        return {}
    one = Contrasts(
        study=studies[:1],
        treat1=("alpha",),
        treat2=("control",),
        yi=np.array([0.5]),
        sei=np.array([0.25]),
        measure="RR",
    )
    return {"contrasts": one}


def make_figure(id, **changes):  # noqa: A002
    svg = f'<?xml version="1.0"?>\n<svg id="{id}" width="120" height="40" viewBox="0 0 120 40" role="img"'
    svg += f' aria-labelledby="{id}-title"><title id="{id}-title">A bar</title><rect width="90" height="30"/>'
    svg += "</svg>"
    fields = {"id": id, "title": f"Figure {id}", "alt": "a", "description": "d", "svg": svg.encode()}
    return RenderedFigure(**{**fields, **changes})


class Builder:
    """Everything above by name, so that test modules need not import each other."""

    row = staticmethod(make_row)
    plan = staticmethod(make_plan)
    review = staticmethod(make_review)
    pooled = staticmethod(make_pooled)
    provenance = staticmethod(make_provenance)
    study = staticmethod(make_study)
    comparison = staticmethod(make_comparison)
    answer = staticmethod(make_answer)
    scenario = staticmethod(make_scenario)
    analysis = staticmethod(make_analysis)
    component = staticmethod(make_component)
    network = staticmethod(make_network)
    figure = staticmethod(make_figure)
    spread = staticmethod(HeterogeneityInterval)
    set_aside = staticmethod(SetAside)


@pytest.fixture(scope="session")
def build():
    return Builder


@pytest.fixture(scope="session")
def small_review():
    """A review with two studies, four rows, one contrast, one missing trial."""
    words = {"status": "extracted", "use": "pool", "source": "Smith 2001", "quote": "nine of fifty"}
    rows = [
        {
            "study_id": "S1",
            "arm_id": "alpha",
            "outcome_id": "relief",
            "timepoint": "1 week",
            "n": 50,
            "events": 9,
        },
        {
            "study_id": "S1",
            "arm_id": "control",
            "outcome_id": "relief",
            "timepoint": "1 week",
            "n": 52,
            "events": 5,
        },
        {"study_id": "S2", "arm_id": "beta", "outcome_id": "relief", "timepoint": "1 week", "percent": 29},
    ]
    rows[2] |= {"use": "list", "reason": "a percentage without the number analysed"}
    return make_review(
        studies=[
            {"study_id": "S1", "label": "Smith 2001", "n_trials": 1},
            {"study_id": "S2", "label": "Jones 2004", "n_trials": 2},
        ],
        arms=[
            {"study_id": "S1", "arm_id": "alpha", "treatment": "alpha", "dose_text": "5 mg"},
            {"study_id": "S1", "arm_id": "control", "treatment": "sugar pill"},
            {"study_id": "S2", "arm_id": "beta", "treatment": "beta"},
        ],
        results=[{**words, "source_url": "https://example.org/smith", **row} for row in rows],
        missing=[
            {"study_id": "M1", "label": "M1 trial", "comparison": "Alpha vs control", "n_enrolled": 830}
        ],
    )


@pytest.fixture(scope="session")
def small_analyses():
    """One outcome: alpha against control answered by one study, the rest not."""
    answers = [
        make_answer(),
        make_answer(("beta", "control"), "none", nan, 0, 0, reason="No study."),
        make_answer(("alpha", "beta"), "none", nan, 0, 0, reason="No study."),
    ]
    aside = SetAside(
        study="S2",
        label="Jones 2004",
        outcome="relief",
        arm="beta",
        reason="a percentage without the number analysed",
        provenance=make_provenance(4),
    )
    main = make_scenario(
        [make_comparison()], answers, set_aside=(aside,), notes=("Fewer than three treatments.",)
    )
    return (make_analysis(main),)
