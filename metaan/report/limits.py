"""What limits an answer, in plain sentences: how few studies, through what, judged how."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

from metaan.format import interval, null_value
from metaan.report.wording import capital, counted, joined, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.results.network import Network
    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import Comparison, StudyEffect
    from metaan.review.rows import Review

__all__ = ["Limits", "limiting_judgements", "other_interval", "overall_judgements", "shows_other_interval"]

NO_LIMIT = ("low", "not judged", "not applicable", "")
METHODS = {"wald": "Wald", "hksj": "Hartung-Knapp", "adhoc": "ad hoc Hartung-Knapp"}


class Limits:
    """Writes the reasons beside the answers of one scenario.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Every pair that a study compares.
    network : Network or None
        The scenario's network.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.
    judged : mapping of str to str
        Study id to its overall risk of bias, where the judgement limits it.
    """

    def __init__(
        self,
        comparisons: Sequence[Comparison],
        network: Network | None,
        *,
        measure: str,
        names: Mapping[str, str],
        judged: Mapping[str, str],
    ) -> None:
        self._comparisons = comparisons
        self._network = network
        self._measure = measure
        self._names = names
        self._judged = judged

    def of_direct(self, direct: Comparison) -> str:
        """Say what limits a pool of direct studies; empty where nothing does."""
        said = [_few(direct), self._other(direct), self._risk(direct.studies)]
        return " ".join(filter(None, said))

    def of_mixed(self, pair: tuple[str, str], direct: Comparison | None) -> str:
        """Say what limits an estimate from direct and indirect evidence together."""
        if direct is None:
            return self._unchecked(pair)
        return " ".join(filter(None, (_few(direct), self._unchecked(pair), self._risk(direct.studies))))

    def of_indirect(self, pair: tuple[str, str], direct: Comparison | None) -> str:
        """Say through which comparisons an indirect estimate goes, and what cannot be seen of it."""
        links = _links(self._comparisons)
        path = _path(links, *pair)
        edges = [
            f"{self._name(first)} and {self._name(second)},"
            f" {counted(links[first][second], 'study', 'studies')}"
            for first, second in pairwise(path)
        ]
        nobody = "No study compares them" if direct is None else "No estimable study compares them"
        others = ", and by other chains" if _path(_without(links, path[1:-1]), *pair) else ""
        through = joined([self._name(node) for node in path[1:-1]], "and")
        said = f"{nobody}; the estimate goes through {through} ({'; '.join(edges)}){others}."
        steps = {frozenset(edge) for edge in pairwise(path)}
        behind = [
            study
            for each in self._comparisons
            if {each.treat1, each.treat2} in steps
            for study in each.studies
        ]
        return " ".join(filter(None, (said, self._unchecked(pair), self._risk(behind))))

    def of_silence(self, pair: tuple[str, str], direct: Comparison | None) -> str:
        """Say why a question has no answer."""
        if direct is not None:
            return _not_estimable(direct)
        known = {node for each in self._comparisons for node in (each.treat1, each.treat2)}
        absent = [self._name(node) for node in pair if node not in known]
        if absent:
            return f"There are no usable data for {joined(absent, 'or')} in this analysis."
        links = _links(self._comparisons)
        alone = [self._name(node) for node in pair if node not in links]
        if alone:
            return f"No study of {joined(alone, 'or')} is estimable in this analysis."
        if _path(links, *pair):
            return "No study compares them directly, and this analysis has no network."
        first, second = (
            joined([self._name(other) for other in sorted(_reach(links, node) - {node})], "and")
            for node in pair
        )
        return (
            "No study compares them and no chain of comparisons connects them:"
            f" {self._name(pair[0])} is connected only with {first},"
            f" and {self._name(pair[1])} only with {second}."
        )

    def _name(self, node: str) -> str:
        return self._names.get(node, node)

    def _other(self, direct: Comparison) -> str:
        if not shows_other_interval(direct):
            return ""
        name, fit = other_interval(direct)
        said = f"the {name} interval is {interval(*fit.ci, self._measure)}"
        if _disagree(direct):
            null = f"{null_value(self._measure):g}"
            said += f", which {'includes' if _holds_null(fit) else 'leaves out'} {null}"
            said += f"; the {METHODS[direct.headline]} interval"
            said += f" {'leaves out' if _holds_null(fit) else 'includes'} {null}"
        return f"{capital(said)}."

    def _unchecked(self, pair: tuple[str, str]) -> str:
        network = self._network
        parts = network.components if network is not None else ()
        part = next((each for each in parts if pair[0] in each.treatments), None)
        if part is None or part.Q_inconsistency_dof > 0:
            return ""
        if part.Q_dof == 0:
            return "Neither heterogeneity nor inconsistency can be estimated."
        return "Inconsistency cannot be examined: direct and indirect evidence meet nowhere."

    def _risk(self, studies: Iterable[StudyEffect]) -> str:
        found: dict[str, dict[str, None]] = {}
        for one in studies:
            if one.estimable and one.study in self._judged:
                found.setdefault(self._judged[one.study], {})[one.label] = None
        return " ".join(
            f"Overall risk of bias judged {judgement}: {joined(list(labels), 'and')}."
            for judgement, labels in found.items()
        )


def limiting_judgements(review: Review, outcomes: Sequence[str]) -> dict[str, str]:
    """Look up the overall risk of bias of each study, for some outcomes, where it is not low.

    Parameters
    ----------
    review : Review
        Its rob.csv is read; a row without an outcome holds for every one.
    outcomes : sequence of str
        Outcome ids.

    Returns
    -------
    dict of str to str
        Study id to the judgement; studies that nobody judged are not there.
    """
    judged = overall_judgements(review, outcomes)
    return {study: judgement for study, judgement in judged.items() if judgement not in NO_LIMIT}


def overall_judgements(review: Review, outcomes: Sequence[str]) -> dict[str, str]:
    """Look up the overall risk of bias of each study, for some outcomes.

    Parameters
    ----------
    review : Review
        Its rob.csv is read; a row without an outcome holds for every one.
    outcomes : sequence of str
        Outcome ids.

    Returns
    -------
    dict of str to str
        Study id to the judgement as written, "not judged" included.
    """
    return {
        row.text["study_id"]: row.text["judgement"]
        for row in review.tables["rob"]
        if row.text["domain"].lower() == "overall" and row.text["outcome_id"] in ("", *outcomes)
    }


def other_interval(direct: Comparison) -> tuple[str, Pooled]:
    """Give the name and the fit of the interval to be read beside the one shown.

    Parameters
    ----------
    direct : Comparison
        At least one study is estimable.

    Returns
    -------
    name : str
        "Hartung-Knapp" beside a Wald interval, otherwise "Wald".
    fit : Pooled
        Its numbers.
    """
    other = direct.hksj if direct.headline == "wald" else direct.wald
    assert other is not None
    return METHODS["hksj" if direct.headline == "wald" else "wald"], other


def shows_other_interval(direct: Comparison) -> bool:
    """Tell whether another interval must be read beside the one shown.

    It must where two studies are pooled, and where one of the two holds the value of no effect and the
    other does not.
    """
    if direct.k < 2 or direct.main is None:
        return False
    ends = (*direct.main.ci, *other_interval(direct)[1].ci)
    return all(isfinite(end) for end in ends) and (direct.k == 2 or _disagree(direct))


def _disagree(direct: Comparison) -> bool:
    assert direct.main is not None
    return _holds_null(direct.main) != _holds_null(other_interval(direct)[1])


def _holds_null(fit: Pooled) -> bool:
    return fit.ci[0] <= 0 <= fit.ci[1]


def _few(direct: Comparison) -> str:
    if direct.k == 1:
        (only,) = (one for one in direct.studies if one.estimable)
        if only.pooled_report:
            return "One report that adds up several trials compares them; whether those agree cannot be seen."
        return "One study compares them directly."
    return "Two studies compare them directly." if direct.k == 2 else ""


def _not_estimable(direct: Comparison) -> str:
    notes = "; ".join(dict.fromkeys(one.note for one in direct.studies if one.note))
    if len(direct.studies) == 1:
        return f"One study compares them, but it is not estimable: {notes}."
    return f"{capital(spelled(len(direct.studies)))} studies compare them, but none is estimable: {notes}."


def _without(links: dict[str, dict[str, int]], gone: Iterable[str]) -> dict[str, dict[str, int]]:
    left = set(gone)
    return {
        node: {other: k for other, k in beside.items() if other not in left}
        for node, beside in links.items()
        if node not in left
    }


def _links(comparisons: Sequence[Comparison]) -> dict[str, dict[str, int]]:
    """Map each treatment to its neighbours with the number of studies between them."""
    links: dict[str, dict[str, int]] = {}
    for each in comparisons:
        if each.k:
            links.setdefault(each.treat1, {})[each.treat2] = each.k
            links.setdefault(each.treat2, {})[each.treat1] = each.k
    return links


def _reach(links: dict[str, dict[str, int]], start: str) -> set[str]:
    return {node for node in links if node == start or _path(links, start, node)}


def _path(links: dict[str, dict[str, int]], start: str, end: str) -> tuple[str, ...]:
    """Find a shortest chain of comparisons; empty where there is none."""
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while waiting:
        path = waiting.popleft()
        if path[-1] == end:
            return path
        for node in sorted(links[path[-1]]):
            if node not in seen:
                seen.add(node)
                waiting.append((*path, node))
    return ()
