"""What a network's heterogeneity, consistency and ranks say, in sentences."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import fixed, percent, pvalue, variance
from metaan.report.wording import counted, joined
from metaan.results.contribution import NOT_JUDGED
from metaan.tables.ranking import small_values_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.findings import NetworkFindings
    from metaan.results.network import NodeSplit

__all__ = ["findings_sentences"]


def findings_sentences(found: NetworkFindings, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say what a network shows beyond its estimates: intervals before verdicts, directions before ranks.

    Parameters
    ----------
    found : NetworkFindings
        What was found.
    names : mapping of str to str
        Node to the name to print.
    """
    said = (_spread(found), _consistency(found, names), _ranks(found, names), _bias(found))
    return tuple(sentence for sentence in said if sentence)


def _spread(found: NetworkFindings) -> str:
    low, high = found.heterogeneity.tau2
    if found.assumed:
        return "The table of assumed values shows what the estimates would be for several τ²."
    if isnan(low):
        return ""
    I2 = f"{percent(found.heterogeneity.I2[0])} to {percent(found.heterogeneity.I2[1])}"
    level = f"{100 * found.heterogeneity.level:g}%"
    return f"The {level} Q-profile interval of τ² is {variance(low)} to {variance(high)}, that of I² {I2}."


def _consistency(found: NetworkFindings, names: Mapping[str, str]) -> str:
    both = [split for split in found.splits if not isnan(split.pvalue)]
    if not both:
        return ""
    designs = found.designs
    text = (
        f"Direct and indirect evidence meet in {counted(len(both), 'comparison')}:"
        f" {_widest(min(both, key=lambda split: split.pvalue), names)}"
    )
    if designs.dof_between > 0:
        text += (
            f" Between designs, with random effects within them, Q is {fixed(designs.Q_between_random)} on"
            f" {designs.dof_between:g} df (P {_p(designs.pvalue_between_random)})."
        )
    return text


def _widest(split: NodeSplit, names: Mapping[str, str]) -> str:
    pair = f"{names.get(split.treat1, split.treat1)} versus {names.get(split.treat2, split.treat2)}"
    return f"they differ most, for their uncertainty, for {pair} (P {_p(split.pvalue)})."


def _p(value: float) -> str:
    text = pvalue(value)
    return text if text.startswith("<") else f"= {text}"


def _ranks(found: NetworkFindings, names: Mapping[str, str]) -> str:
    shown = [
        f"{names.get(each.treatment, each.treatment)} {fixed(each.p_score)}"
        f" (rank {_interval(each.rank_low, each.rank_high)})"
        for each in found.ranked[:3]
    ]
    most = "highest P-scores" if len(found.ranked) > len(shown) else "P-scores"
    return (
        f"Where {small_values_words(found.ranks.small_values)}, the {most} with the"
        f" {100 * found.ranks.level:g}% interval of the rank among {len(found.ranked)}:"
        f" {joined(shown, 'and')}; a rank says nothing of the size of a difference."
    )


def _interval(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _bias(found: NetworkFindings) -> str:
    if found.judged.judgements != (NOT_JUDGED,):
        return ""
    return "Nobody judged the risk of bias of its studies, so none is carried through their contributions."
