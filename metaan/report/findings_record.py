"""What is found out about a network as a record for results.json."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import canonical
from metaan.report.records import has_gap, heterogeneity_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.results.contribution import Contributions, JudgedContributions
    from metaan.results.findings import NetworkFindings
    from metaan.results.inconsistency import Loop, NetHeat
    from metaan.results.modifiers import ModifierRow
    from metaan.results.network import AssumedTau2, DesignDecomposition, Network, NodeSplit
    from metaan.types import FloatArray

__all__ = ["findings_record"]

Record: TypeAlias = dict[str, Any]


def findings_record(network: Network, found: NetworkFindings) -> Record:
    """Write what is found out about a network as a record.

    Parameters
    ----------
    network : Network
        The fit.
    found : NetworkFindings
        What was found.

    Returns
    -------
    dict
        Strings, numbers, lists and dicts, as results.schema.json describes them.
    """
    return {
        "reference": found.reference,
        "heterogeneity": heterogeneity_record(found.heterogeneity),
        "assumed": [_assumed(each, network, found.reference) for each in found.assumed],
        "designs": _designs(found.designs),
        "splits": [_split(each) for each in found.splits],
        "loops": [_loop(each) for each in found.loops],
        "net_heat": _heat(found.heat),
        "ranking": _ranking(found),
        "contributions": _contributions(found.contributions),
        "study_contributions": _contributions(found.studies),
        "judged_contributions": _judged(found.judged),
        "modifiers": [_modifier(each) for each in found.modifiers.rows],
    }


def _assumed(each: AssumedTau2, network: Network, reference: str) -> Record:
    at = network.treatments.index(reference)
    effects = (
        _reasoned(
            {
                "treat1": treatment,
                "treat2": reference,
                "estimate": canonical(float(each.estimate[i, at]), float(each.se[i, at])),
                "se": canonical(float(each.se[i, at])),
            },
            ("the two treatments are in different components of the network",),
        )
        for i, treatment in enumerate(network.treatments)
        if i != at
    )
    return {"tau2": canonical(each.tau2), "effects": list(effects)}


def _designs(split: DesignDecomposition) -> Record:
    return _reasoned(
        {
            "Q": canonical(split.Q, split.dof),
            "dof": canonical(split.dof),
            "pvalue": canonical(split.pvalue),
            "Q_within": canonical(split.Q_within, max(split.Q, split.dof)),
            "dof_within": canonical(split.dof_within),
            "pvalue_within": canonical(split.pvalue_within),
            "Q_between": canonical(split.Q_between, max(split.Q, split.dof)),
            "dof_between": canonical(split.dof_between),
            "pvalue_between": canonical(split.pvalue_between),
            "Q_between_random": canonical(split.Q_between_random, max(split.Q, split.dof)),
            "pvalue_between_random": canonical(split.pvalue_between_random),
            "tau2_within": canonical(split.tau2_within),
            "detached": [
                _reasoned(
                    {
                        "treatments": list(each.treatments),
                        "Q_contribution": canonical(each.Q_contribution, max(split.Q, split.dof)),
                        "Q": canonical(each.Q, max(split.Q, split.dof)),
                        "dof": canonical(each.dof),
                        "pvalue": canonical(each.pvalue),
                    },
                    ("no loop is left without this design",),
                )
                for each in split.detached
            ],
        },
        split.notes or ("no design has a second study",),
    )


def _split(split: NodeSplit) -> Record:
    return _reasoned(
        {
            "treat1": split.treat1,
            "treat2": split.treat2,
            "studies": split.studies,
            "direct": canonical(split.direct, split.direct_se),
            "direct_se": canonical(split.direct_se),
            "indirect": canonical(split.indirect, split.indirect_se),
            "indirect_se": canonical(split.indirect_se),
            "difference": canonical(split.difference, split.difference_se),
            "difference_se": canonical(split.difference_se),
            "pvalue": canonical(split.pvalue),
            "proportion_direct": canonical(split.proportion_direct, 1.0),
        },
        split.notes,
    )


def _loop(loop: Loop) -> Record:
    return _reasoned(
        {
            "treatments": list(loop.treatments),
            "direct": canonical(loop.direct, loop.direct_se),
            "direct_se": canonical(loop.direct_se),
            "indirect": canonical(loop.indirect, loop.indirect_se),
            "indirect_se": canonical(loop.indirect_se),
            "difference": canonical(loop.difference, loop.difference_se),
            "difference_se": canonical(loop.difference_se),
            "ci": {
                "low": canonical(loop.low, loop.difference_se),
                "high": canonical(loop.high, loop.difference_se),
            },
            "pvalue": canonical(loop.pvalue),
            "independent": loop.independent,
            "notes": list(loop.notes),
        },
        loop.notes,
    )


def _heat(heat: NetHeat) -> Record:
    whole = float(max(heat.Q, default=0.0))
    return {
        "rows": list(heat.rows),
        "contribution": _matrix(heat.contribution, 1.0),
        "change": _matrix(heat.change, whole),
        "notes": list(heat.notes),
    }


def _ranking(found: NetworkFindings) -> Record:
    ranks = found.ranks
    place = {treatment: i for i, treatment in enumerate(ranks.treatments)}
    better = {each.treatment: each.probability for each in found.better}
    by_margin = {each.treatment: each.probability for each in found.better_by_margin}
    return {
        "small_values": ranks.small_values,
        "samples": ranks.samples,
        "level": ranks.level,
        "margin": None if isnan(found.margin) else canonical(found.margin),
        "treatments": [
            {
                "treatment": each.treatment,
                "p_score": canonical(each.p_score, 1.0),
                "sucra": canonical(each.sucra, 1.0),
                "mean_rank": canonical(each.mean_rank),
                "rank": {"low": canonical(each.rank_low), "high": canonical(each.rank_high)},
                "probabilities": _row(ranks.probabilities[place[each.treatment]], 1.0),
                "better": None if each.treatment not in better else canonical(better[each.treatment]),
                "better_by_margin": (
                    None if each.treatment not in by_margin else canonical(by_margin[each.treatment])
                ),
            }
            for each in found.ranked
        ],
        "notes": list(ranks.notes),
        "reason": (
            "the reference is not set against itself"
            if found.better_by_margin
            else "no smallest difference that matters is named; the reference is not set against itself"
        ),
    }


def _contributions(found: Contributions) -> Record:
    return {
        "method": found.method,
        "sources": list(found.sources),
        "pairs": _pairs(found.pairs),
        "proportion_direct": _row(found.proportion_direct, 1.0),
        "shares": _matrix(found.shares, 1.0),
        "notes": list(found.notes),
    }


def _judged(found: JudgedContributions) -> Record:
    return {
        "judgements": list(found.judgements),
        "pairs": _pairs(found.pairs),
        "shares": _matrix(found.shares, 1.0),
        "notes": list(found.notes),
    }


def _modifier(row: ModifierRow) -> Record:
    return _reasoned(
        {
            "treat1": row.treat1,
            "treat2": row.treat2,
            "modifier": row.modifier,
            "studies": len(row.studies),
            "missing": list(row.missing),
            **(
                {name: canonical(getattr(row, name)) for name in ("mean", "median", "low", "high")}
                if row.kind == "continuous"
                else {"counts": dict(zip(row.levels, row.counts, strict=True))}
            ),
        },
        ("no study of this comparison states it",),
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Record]:
    return [{"treat1": one, "treat2": other} for one, other in pairs]


def _matrix(values: FloatArray, scale: float) -> list[list[float | None]]:
    return [_row(row, scale) for row in values]


def _row(values: FloatArray, scale: float) -> list[float | None]:
    return [canonical(float(value), scale) for value in values]


def _reasoned(record: Record, why: Iterable[str]) -> Record:
    return record | {"reason": "; ".join(why) if has_gap(record) else ""}
