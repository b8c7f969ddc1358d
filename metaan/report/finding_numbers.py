"""What a manuscript quotes of the summary of findings and of the flow of records and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import canonical
from metaan.report.quantity import Named, Quantity
from metaan.tables.absolute import more_or_fewer, of_thousand, with_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from metaan.results.grading import AbsoluteEffect
    from metaan.results.summary import Finding

__all__ = ["findings_named", "flow_named"]


def findings_named(findings: Iterable[Finding], names: Mapping[str, str]) -> Iterator[Named]:
    """Give risks and differences of 1000 people, and the certainty where somebody rated it.

    Parameters
    ----------
    findings : iterable of Finding
        The summary of findings.
    names : mapping of str to str
        Node to the name to print.
    """
    for each in findings:
        one, other = each.answer.treat1, each.answer.treat2
        place = f"summary_of_findings[{each.analysis}, {one} : {other}]"
        about = f"{each.title}, {names.get(one, one)} versus {names.get(other, other)}, summary of findings"
        for quantity in _of_finding(each):
            parts = (each.analysis, "finding", one, "vs", other, quantity.quantity)
            yield Named(parts, place, about, quantity)


def flow_named(counts: Mapping[str, tuple[str, int]]) -> Iterator[Named]:
    """Give the counts of records, reports and studies.

    Parameters
    ----------
    counts : mapping of str to (str, int)
        Box of the flow to what was counted, and how many there were.
    """
    for box, (what, count) in counts.items():
        found = Quantity(box, f"{count:,}", float(count), what, box)
        yield Named(("flow", *box.split("_")), "flow.counts", "Flow", found)


def _of_finding(finding: Finding) -> Iterator[Quantity]:
    if finding.absolute is not None:
        assumed = finding.assumed.value
        said = "assumed risk with the second treatment, of 1000 people"
        yield Quantity("assumed", of_thousand(assumed), canonical(assumed, 1.0), said, "assumed")
        yield from _absolute(finding.absolute)
    if finding.rating is not None:
        level = finding.rating.certainty
        yield Quantity("certainty", level, None, "certainty of the evidence (GRADE)", "certainty.level")


def _absolute(found: AbsoluteEffect) -> Iterator[Quantity]:
    risk, difference = canonical(found.risk, 1.0), canonical(1000 * found.difference, 1000.0)
    full = with_limits(found.risk, found.risk_ci, of_thousand)
    told = with_limits(found.difference, found.difference_ci, more_or_fewer)
    of, at = "of 1000 people", "difference_per_1000"
    yield Quantity("risk", of_thousand(found.risk), risk, f"risk with the first treatment, {of}", "risk")
    yield Quantity("risk-full", full, None, f"that risk with its interval, {of}", "risk_ci")
    yield Quantity("difference", more_or_fewer(found.difference), difference, f"difference, {of}", at)
    yield Quantity("difference-full", told, None, f"difference with its interval, {of}", f"{at}_ci")
