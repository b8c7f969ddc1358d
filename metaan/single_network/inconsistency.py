"""Sections: Cochran's Q within and between designs, and direct against indirect evidence."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH, canonical, fixed, interval_digits, percent, pvalue, significant
from metaan.models.network.inconsistency import decompose_designs
from metaan.models.network.splitting import split_nodes
from metaan.single.text import aligned
from metaan.single_network.heterogeneity import named
from metaan.single_network.section import Row, Section
from metaan.single_network.words import (
    Record,
    chi_squared,
    effect_record,
    limits,
    printed,
    small,
    with_reason,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.network import Component, DesignDecomposition, DetachedDesign, NodeSplit
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["DESIGNS", "SPLITS"]

DETACHED = ("Q_contribution", "Q", "dof", "pvalue")
NO_LOOP = "no loop is left when it is detached"
ALONE = "one study stands alone"
NO_REPLICATION = "no design has a second study"
NUMBERS = (
    *("Q", "dof", "pvalue"),
    *("Q_within", "dof_within", "pvalue_within"),
    *("Q_between", "dof_between", "pvalue_between"),
    *("tau2_within", "Q_between_random", "pvalue_between_random"),
)


def _decompose(analysis: NetworkAnalysis) -> tuple[tuple[Component, DesignDecomposition], ...]:
    """Decompose the Q of every component."""
    fit = analysis.network
    return tuple(
        (component, decompose_designs(replace(fit, reference=component.treatments[0])))
        for component in fit.components
    )


def _design_lines(
    found: Sequence[tuple[Component, DesignDecomposition]], analysis: NetworkAnalysis
) -> Iterator[str]:
    for component, split in found:
        number = named(component, analysis)
        yield f"Q by design{f' of part {number}' if number else ''}"
        yield f"    total {chi_squared(split.Q, split.dof, split.pvalue)}"
        yield f"    within designs {chi_squared(split.Q_within, split.dof_within, split.pvalue_within)}"
        if isnan(split.Q_between):
            yield from (f"    {note}" for note in split.notes)
            continue
        yield f"    between designs {chi_squared(split.Q_between, split.dof_between, split.pvalue_between)}"
        test = chi_squared(split.Q_between_random, split.dof_between, split.pvalue_between_random)
        yield (
            f"    between designs under random effects (design-by-treatment interaction) {test},"
            f" {_within(split)}"
        )
    rows = [["Design", "Studies", "Q within", "df", "P"]]
    for _, split in found:
        for design in split.designs:
            p = DASH if isnan(design.pvalue) else pvalue(design.pvalue)
            row = [" – ".join(design.treatments), str(len(design.studies))]
            rows.append([*row, fixed(design.Q), f"{design.dof:g}", p])
    yield from aligned(rows, left={0})
    yield from _detached_lines(found)


def _detached_lines(found: Sequence[tuple[Component, DesignDecomposition]]) -> Iterator[str]:
    """Set out what is left of the inconsistency when a design has effects of its own."""
    detached = [each for _, split in found for each in split.detached]
    if not detached:
        return
    yield "What each design adds to Q between designs, and what is left when it is detached"
    rows = [["Design", "Q added", "Q left", "df", "P"]]
    for each in detached:
        p = DASH if isnan(each.pvalue) else pvalue(each.pvalue)
        name = " – ".join(each.treatments)
        rows.append([name, fixed(each.Q_contribution), fixed(each.Q), f"{each.dof:g}", p])
    yield from aligned(rows, left={0})


def _within(split: DesignDecomposition) -> str:
    if isnan(split.tau2_within):
        return f"τ² within designs taken as 0: {NO_REPLICATION}"
    return f"τ² within designs {small(split.tau2_within)}"


def _design_record(
    found: Sequence[tuple[Component, DesignDecomposition]],
    analysis: NetworkAnalysis,  # noqa: ARG001 - one shape for all
) -> list[Record]:
    made = []
    for component, split in found:
        numbers: Record = {name: canonical(getattr(split, name)) for name in NUMBERS}
        designs = [
            with_reason(
                {
                    "treatments": list(design.treatments),
                    "studies": list(design.studies),
                    "Q": canonical(design.Q),
                    "dof": canonical(design.dof),
                    "pvalue": canonical(design.pvalue),
                },
                ALONE,
            )
            for design in split.designs
        ]
        record = {"treatments": list(component.treatments)} | with_reason(numbers, _why(split))
        detached = [_detached_record(each) for each in split.detached]
        made.append(record | {"designs": designs, "detached": detached})
    return made


def _detached_record(each: DetachedDesign) -> Record:
    record: Record = {"treatments": list(each.treatments)}
    numbers = {name: canonical(getattr(each, name)) for name in DETACHED}
    return with_reason(record | numbers, NO_LOOP)


def _why(split: DesignDecomposition) -> tuple[str, ...]:
    return (*split.notes, *((NO_REPLICATION,) if isnan(split.tau2_within) else ()))


def _design_rows(
    found: Sequence[tuple[Component, DesignDecomposition]], analysis: NetworkAnalysis
) -> Iterator[Row]:
    for component, split in found:
        part = named(component, analysis)
        for name in NUMBERS:
            value = float(getattr(split, name))
            yield Row(
                quantity=name, value=value, part=part, note="; ".join(_why(split)) if isnan(value) else ""
            )
        for design in split.designs:
            for name, value in (("Q", design.Q), ("dof", design.dof), ("pvalue", design.pvalue)):
                label = " – ".join(design.treatments)
                yield Row(
                    quantity=f"design {name}", value=value, part=label, note=ALONE if isnan(value) else ""
                )
        for each in split.detached:
            label = " – ".join(each.treatments)
            for name in DETACHED:
                value = float(getattr(each, name))
                note = NO_LOOP if isnan(value) else ""
                yield Row(quantity=f"detached {name}", value=value, part=label, note=note)


DESIGNS = Section(
    name="designs", compute=_decompose, lines=_design_lines, record=_design_record, rows=_design_rows
)


def _split(analysis: NetworkAnalysis) -> tuple[NodeSplit, ...]:
    fit = analysis.network
    return split_nodes(fit)


def _split_lines(found: Sequence[NodeSplit], analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure = analysis.request.level, analysis.measure
    both = [each for each in found if not isnan(each.indirect)]
    yield "Direct against indirect evidence (node splitting by back-calculation)"
    if both:
        halves = (limits(0.0, se, level)[1] for each in both for se in (each.direct_se, each.indirect_se))
        digits = interval_digits(halves, measure)
        ci = f"{measure or 'effect'} ({100 * level:g}% CI)"
        rows = [
            [
                "Comparison",
                "Studies",
                f"Direct {ci}",
                f"Indirect {ci}",
                "Difference (SE)",
                "P",
                "Direct share",
            ]
        ]
        for each in both:
            row = [f"{each.treat1} – {each.treat2}", str(each.studies)]
            row += [printed(each.direct, each.direct_se, level, measure, digits)]
            row += [printed(each.indirect, each.indirect_se, level, measure, digits)]
            row += [f"{fixed(each.difference, 3)} ({significant(each.difference_se, 3)})"]
            row += [pvalue(each.pvalue), percent(each.proportion_direct, 1)]
            rows.append(row)
        yield from aligned(rows, left={0})
    alone = [f"{each.treat1} – {each.treat2}" for each in found if isnan(each.indirect)]
    if alone:
        yield f"No indirect evidence: {'; '.join(alone)}"


def _split_record(found: Sequence[NodeSplit], analysis: NetworkAnalysis) -> list[Record]:
    level, measure = analysis.request.level, analysis.measure
    return [
        with_reason(
            {
                "treat1": each.treat1,
                "treat2": each.treat2,
                "studies": each.studies,
                "direct": effect_record(each.direct, each.direct_se, level, measure),
                "indirect": effect_record(each.indirect, each.indirect_se, level, measure),
                "difference": canonical(each.difference, _finite(each.difference_se)),
                "difference_se": canonical(each.difference_se),
                "pvalue": canonical(each.pvalue),
                "proportion_direct": canonical(each.proportion_direct),
            },
            each.notes,
        )
        for each in found
    ]


def _finite(value: float) -> float:
    return 0.0 if isnan(value) else value


def _split_rows(found: Sequence[NodeSplit], analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    names = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "pvalue")
    for each in found:
        for name in (*names, "proportion_direct"):
            value = float(getattr(each, name))
            note = "; ".join(each.notes) if isnan(value) else ""
            yield Row(quantity=name, value=value, treat1=each.treat1, treat2=each.treat2, note=note)


SPLITS = Section(
    name="node_splits", compute=_split, lines=_split_lines, record=_split_record, rows=_split_rows
)
