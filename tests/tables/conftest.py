"""A made-up analysis with round numbers: three studies, three treatments and a fourth out of reach."""

from __future__ import annotations

from math import inf, log, nan
from types import MappingProxyType

import numpy as np
import pytest

from metaan.results.network import Component, Contrasts, Network
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
from metaan.review.rows import Row
from metaan.review.schema import TABLES

NAMES = {"a": "Drug A", "b": "Drug B", "placebo": "Placebo", "z": "Far away"}


def provenance(row: int) -> Provenance:
    return Provenance(table="results.csv", row=row, status="extracted")


def arm(treatment: str, events: int, n: int, row: int) -> ArmData:
    return ArmData(
        study="s", treatment=treatment, arms=("x",), n=n, events=events, provenance=(provenance(row),)
    )


def study(name: str, yi: float, sei: float, *, estimable: bool = True, note: str = "") -> StudyEffect:
    return StudyEffect(
        study=name,
        label=f"Study {name}",
        treat1="a",
        treat2="placebo",
        arm1=arm("a", 20, 100, 2),
        arm2=arm("placebo", 10, 100, 3),
        yi=yi,
        sei=sei,
        ci_low=yi - 1.96 * sei,
        ci_high=yi + 1.96 * sei,
        status="extracted",
        estimable=estimable,
        note=note,
        provenance=(provenance(2), provenance(3), provenance(2)),
    )


def pooled(estimate: float, half: float, weights: tuple[float, ...]) -> Pooled:
    return Pooled(
        estimate=estimate,
        se=half / 2,
        statistic=1.0,
        dof=inf,
        pvalue=0.04,
        ci=(estimate - half, estimate + half),
        prediction=(estimate - 2 * half, estimate + 2 * half),
        tau2=0.25,
        se_tau2=0.1,
        I2=0.5,
        I2_Q=0.4,
        H2=2.0,
        Q=4.0,
        Q_dof=len(weights) - 1,
        Q_pvalue=0.02,
        weights=np.array(weights),
        k=len(weights),
        method="REML",
        test="z",
        level=0.95,
    )


def comparison(treat1: str = "a", *, estimate: float = log(2.0), k: int = 3) -> Comparison:
    weights = (0.5, 0.3, 0.2)[:k] if k > 1 else (1.0,)
    fits = {
        name: pooled(estimate, half, weights) for name, half in zip(MODELS, (0.1, 0.2, 0.3, 0.4), strict=True)
    }
    studies = (
        study("one", log(2.0), 0.2),
        study("none", nan, nan, estimable=False, note="no events in either arm"),
        study("two", log(1.5), 0.3),
        study("three", log(3.0), 0.4),
    )
    return Comparison(
        treat1=treat1,
        treat2="placebo",
        studies=studies,
        k=k,
        n=600,
        **fits,
        headline="hksj",
        heterogeneity=HeterogeneityInterval(tau2=(0.1, 0.9), I2=(0.2, 0.8), H2=(1.0, 3.0), level=0.95),
        notes=("Only a note.",),
    )


MODELS = ("common", "wald", "hksj", "adhoc")


def network() -> Network:
    """a, b, placebo connected (b only through a trial against placebo), z apart."""
    effect = {"a": log(2.0), "b": log(4.0), "placebo": 0.0, "z": nan}
    nodes = tuple(effect)
    estimate = np.array([[0.0 if i == j else effect[i] - effect[j] for j in nodes] for i in nodes])
    direct = np.full((4, 4), nan)
    direct[0, 2], direct[2, 0] = log(3.0), -log(3.0)
    direct[1, 2], direct[2, 1] = log(4.0), -log(4.0)
    whole = Component(
        treatments=("a", "b", "placebo"),
        studies=("one", "two"),
        tau2=0.3,
        I2=0.6,
        Q=1.0,
        Q_dof=1.0,
        Q_pvalue=0.3,
        Q_heterogeneity=1.0,
        Q_inconsistency=0.0,
        Q_heterogeneity_dof=1.0,
        Q_inconsistency_dof=0.0,
    )
    return Network(
        treatments=nodes,
        reference="placebo",
        estimate=estimate,
        se=np.full((4, 4), 0.5),
        common_estimate=estimate,
        common_se=np.full((4, 4), 0.5),
        prediction_low=np.full((4, 4), nan),
        prediction_high=np.full((4, 4), nan),
        direct_estimate=direct,
        direct_se=np.full((4, 4), 0.25),
        direct_studies=np.isfinite(direct).astype(float),
        tau2=0.3,
        I2=0.6,
        Q=1.0,
        Q_dof=1.0,
        Q_pvalue=0.3,
        Q_heterogeneity=1.0,
        Q_inconsistency=0.0,
        components=(whole,),
        studies=("one", "two"),
        multiarm=(),
        method="REML",
        level=0.95,
        contrasts=Contrasts(study=(), treat1=(), treat2=(), yi=np.zeros(0), sei=np.zeros(0), measure="RR"),
    )


def answer(treat1: str, treat2: str, estimate: float, *, evidence: str, basis: str) -> Answer:
    return Answer(
        treat1=treat1,
        treat2=treat2,
        evidence=evidence,
        basis=basis,
        estimate=estimate,
        se=0.5,
        ci_low=estimate - 1,
        ci_high=estimate + 1,
        k=0,
        n=0,
        reason="" if evidence != "none" else "Nothing connects them.",
    )


def scenario(identifier: str, comparisons: tuple[Comparison, ...]) -> Scenario:
    aside = SetAside(
        study="s9", label="Study nine", outcome="pain", arm="x", reason="no SD", provenance=provenance(9)
    )
    return Scenario(
        id=identifier,
        label=identifier.title(),
        changed="" if identifier == "main" else "something",
        measure="RR",
        method="REML",
        test="cochrane",
        contrasts=None,
        comparisons=comparisons,
        network=network(),
        answers=(
            answer("a", "b", -log(2.0), evidence="indirect", basis="network"),
            answer("a", "z", nan, evidence="none", basis=""),
        ),
        set_aside=(aside,),
    )


@pytest.fixture
def names() -> MappingProxyType[str, str]:
    return MappingProxyType(NAMES)


@pytest.fixture
def league() -> Network:
    return network()


@pytest.fixture
def analysis() -> AnalysisResult:
    return AnalysisResult(
        id="pain",
        title="Pain",
        question="Does it help?",
        kind="binary",
        outcomes=("pain",),
        direction="higher_better",
        level=0.95,
        prespecified=True,
        main=scenario("main", (comparison(), comparison("b"))),
        sensitivity=(scenario("without", (comparison(estimate=0.0, k=1),)),),
    )


def row(table: str, number: int, **cells: str) -> Row:
    text = {column.name: "" for column in TABLES[table].columns} | cells
    value = {
        column.name: None if not text[column.name] else _parsed(text[column.name], column.kind)
        for column in TABLES[table].columns
    }
    return Row(table=table, number=number, text=text, value=value)


def _parsed(text: str, kind: str) -> str | float:
    return text if kind in {"text", "id", "choice", "url"} else float(text)


@pytest.fixture
def tables() -> dict[str, tuple[Row, ...]]:
    empty: dict[str, tuple[Row, ...]] = dict.fromkeys(TABLES, ())
    return empty | {
        "studies": (
            row("studies", 2, study_id="s1", label="<b>One</b>", year="1999", doi="10.1/x", pmid="123"),
            row("studies", 3, study_id="s2", label="=cmd", source="Journal", source_url="javascript:x"),
        ),
        "arms": (
            row("arms", 2, study_id="s1", arm_id="x", treatment="drug", dose_text="5 mg", n_randomised="50"),
            row("arms", 3, study_id="s1", arm_id="y", treatment="placebo", background="naproxen"),
        ),
        "outcomes": (row("outcomes", 2, outcome_id="pain", label="Pain relief"),),
        "results": (
            row(
                "results",
                14,
                study_id="s1",
                arm_id="x",
                outcome_id="pain",
                n="50",
                events="10",
                qualifier="<=",
                status="extracted",
                use="list",
                reason="an inequality",
                source="Paper",
                locator="Table 2",
                source_url="https://example.org/p",
                quote="-10 of 50",
            ),
        ),
        "contrasts": (
            row(
                "contrasts",
                3,
                study_id="s2",
                arm_id_1="x",
                arm_id_2="y",
                outcome_id="pain",
                measure="SMD",
                p="0.0001",
                p_qualifier="<",
                status="imputed",
                use="list",
            ),
        ),
        "missing": (
            row("missing", 2, study_id="m1", label="Lost", n_enrolled="830", why_missing="no report"),
        ),
        "excluded": (row("excluded", 2, citation="A report", doi="10.2/y", reason="no control"),),
        "rob": (row("rob", 5, study_id="s1", domain="overall", judgement="high", support="unblinded"),),
    }
