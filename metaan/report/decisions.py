"""The decision log: every conversion, imputation, merge, addition and exclusion, from what actually ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from metaan.once import once
from metaan.report.evidence import node_names, outcome_names, provenances, row_anchor, row_arms
from metaan.report.treatment_merges import treatment_merges
from metaan.results.decision import Decision
from metaan.tables.evidence import printed_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.results.network import ArmNote
    from metaan.results.synthesis import AnalysisResult, Provenance, Scenario, StudyEffect
    from metaan.review.rows import Review

__all__ = ["KINDS", "decisions"]

_Where: TypeAlias = "tuple[AnalysisResult, Scenario]"

ADDED, NOTHING = "addition to cells of 0", "study or arm carries nothing"
KINDS = (
    "number imputed",
    "number derived",
    "conversion",
    "bound read as a value",
    "sign turned",
    "arms merged",
    "treatments merged",
    "doses merged",
    ADDED,
    NOTHING,
    "row set aside",
    "report excluded",
    "trial without usable results",
)
"""Sorts of decisions, in the order of the log."""

STEPS = {
    "conversion": ("conversion", "the row has no number of the kind that the analysis needs", "metaan"),
    "bound": ("bound read as a value", "the analysis asks for it (read_bounds)", "plan"),
    "merge": ("arms merged", "arms of one study with the same treatment count as one", "metaan"),
    "turn": ("sign turned", "all scales of an analysis must have one direction", "metaan"),
}
MEASURED = ("results", "contrasts")
NOT_RECORDED = "not recorded"
REVIEWERS = {"imputed": "number imputed", "derived": "number derived"}


@dataclass(slots=True)
class _Entry:
    """A decision while it is gathered: who made it, where it enters, and the rows it is about."""

    by: str
    places: dict[str, None] = field(default_factory=dict)
    analyses: dict[str, None] = field(default_factory=dict)
    sensitivity: dict[tuple[str, str], None] = field(default_factory=dict)


class _Log:
    """Gathers decisions; the same one in several analyses is one entry.

    Parameters
    ----------
    review : Review
        The rows and the names to print.
    """

    def __init__(self, review: Review) -> None:
        self._review = review
        self._rows = {row_anchor(row): row for table in MEASURED for row in review.tables[table]}
        self._outcomes, self._names, self._arms = outcome_names(review), node_names(review), row_arms(review)
        self._entries: dict[tuple[str, str, str, str], _Entry] = {}

    def decisions(self) -> tuple[Decision, ...]:
        """Give what was gathered, in the order of `KINDS`."""
        made = (
            Decision(
                kind=kind,
                study=study,
                what=what,
                why=why,
                by=entry.by,
                places=tuple(entry.places),
                analyses=tuple(entry.analyses),
                sensitivity=tuple(each for each in entry.sensitivity if each[0] not in entry.analyses),
            )
            for (kind, study, what, why), entry in self._entries.items()
        )
        return tuple(sorted(made, key=lambda each: KINDS.index(each.kind)))

    def add_effect(self, effect: StudyEffect, where: _Where) -> None:
        """Add what was done to the numbers of a study in one comparison."""
        for each in provenances(effect):
            self._add_row(each, effect.label, where)
        anchors = [each.anchor for each in provenances(effect)]
        for note in effect.ledger:
            kind = ADDED if note.action == "added" else NOTHING
            self._add((kind, effect.label, self._noted(note), note.reason), "metaan", anchors, where)
        if not effect.estimable and not effect.ledger:
            pair = f"{self._name(effect.treat1)} against {self._name(effect.treat2)}"
            key = (NOTHING, effect.label, f"{pair}: shown, not estimable", effect.note or "not estimable")
            self._add(key, "metaan", anchors, where)

    def add_merges(self, analysis: AnalysisResult) -> None:
        """Add which labels and doses the analysis counts as one treatment."""
        for each in treatment_merges(self._review, analysis):
            key = (each.kind, each.node, each.what, each.why)
            self._add(key, each.by, each.places, (analysis, analysis.main))

    def add_set_aside(self, analysis: AnalysisResult) -> None:
        """Add the rows that the main scenario leaves out."""
        for each in analysis.main.set_aside:
            anchor = each.provenance.anchor
            text, numbers = self._rows[anchor].text, printed_numbers(self._rows[anchor])
            parts = (self._outcome(each.outcome), self._arms.get(anchor, each.arm), text["timepoint"])
            what = ", ".join(part for part in parts if part) + (f": {numbers}" if numbers else "")
            by = "reviewers" if text["use"] in ("list", "check") else "plan"
            key = ("row set aside", each.label, what, each.reason)
            self._add(key, by, [anchor], (analysis, analysis.main))

    def add_reports(self) -> None:
        """Add the reports excluded and the trials without usable results."""
        for row in self._review.tables["excluded"]:
            what = "excluded after its full text was read"
            key = ("report excluded", row.text["citation"], what, row.text["reason"])
            self._add(key, "reviewers", [row_anchor(row)])
        for row in self._review.tables["missing"]:
            enrolled = f"; {row.text['n_enrolled']} enrolled" if row.value["n_enrolled"] else ""
            why = row.text["why_missing"] or NOT_RECORDED
            key = ("trial without usable results", row.text["label"], f"in no analysis{enrolled}", why)
            self._add(key, "reviewers", [row_anchor(row)])

    def _add(
        self, key: tuple[str, str, str, str], by: str, places: Iterable[str], where: _Where | None = None
    ) -> None:
        entry = self._entries.setdefault(key, _Entry(by))
        entry.places.update(dict.fromkeys(places))
        if where is None:
            return
        analysis, scenario = where
        if scenario.id == "main":
            entry.analyses[analysis.id] = None
        else:
            entry.sensitivity[analysis.id, scenario.id] = None

    def _add_row(self, each: Provenance, label: str, where: _Where) -> None:
        text = self._rows[each.anchor].text
        outcome = self._outcome(text["outcome_id"])
        if text["status"] in REVIEWERS:
            what = f"{outcome}: {printed_numbers(self._rows[each.anchor])}"
            key = (REVIEWERS[text["status"]], label, what, text["derivation"] or NOT_RECORDED)
            self._add(key, "reviewers", [each.anchor], where)
        for step in each.steps:
            kind, why, by = STEPS[step.kind]
            self._add((kind, label, f"{outcome}: {step.words}", why), by, [each.anchor], where)

    def _noted(self, note: ArmNote) -> str:
        arms = ", ".join(map(self._name, note.arms))
        if note.action == "added":
            return f"{note.amount:g} added to {', '.join(note.cells)} of {arms}"
        return f"{arms}: nothing is carried"

    def _outcome(self, name: str) -> str:
        return self._outcomes.get(name, name)

    def _name(self, node: str) -> str:
        return self._names.get(node, node)


@once
def decisions(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Decision, ...]:
    """List everything that stands between the rows as extracted and the numbers of the report.

    Parameters
    ----------
    review : Review
        The rows as extracted, the reports excluded, the trials without usable results.
    analyses : sequence of AnalysisResult
        What ran. Main analyses come with all their decisions; sensitivities add those that only they make,
        without the rows that they set aside.

    Returns
    -------
    tuple of Decision
        In the order of `KINDS`, within a kind in the order of the analyses.

    References
    ----------
    Page MJ, McKenzie JE, Bossuyt PM, et al. BMJ 2021;372:n71, items 13b and 16b.
    """
    log = _Log(review)
    for analysis in analyses:
        for scenario in (analysis.main, *analysis.sensitivity):
            for comparison in scenario.comparisons:
                for effect in comparison.studies:
                    log.add_effect(effect, (analysis, scenario))
        log.add_merges(analysis)
        log.add_set_aside(analysis)
    log.add_reports()
    return log.decisions()
