"""Section: the risk of bias of studies carried through their contributions, where it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.format import canonical, percent
from metaan.models.network.contribution import contribution_by_judgement, contributions
from metaan.review.problems import visible
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.tables.cinema import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.contribution import JudgedContributions
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.single_network.words import Record

__all__ = ["JUDGED", "judgements"]

WORDS = {word: word for word in LEVELS} | {str(level): word for word, level in LEVELS.items()}


def judgements(analysis: NetworkAnalysis, option: str) -> dict[str, str]:
    """Read the judgements of the network's studies.

    Parameters
    ----------
    analysis : NetworkAnalysis
        One with a fit.
    option : {"rob", "indirectness"}
        Which.

    Returns
    -------
    dict
        Study to "low", "some concerns" or "high"; without the studies that have none.

    Raises
    ------
    InputError
        For another word.
    """
    heading = getattr(analysis.request, option)
    told = analysis.intake.described.get(heading, {})
    given = {study: told[study] for study in analysis.network.studies if told.get(study)}
    strange = [f"{study} is “{word[:80]}”" for study, word in given.items() if word.casefold() not in WORDS]
    if strange:
        raise InputError(
            visible(f"--{option} {heading}: {'; '.join(strange)}.")
            + " Give low, some concerns or high, or 1, 2 or 3."
        )
    found = {study: WORDS[word.casefold()] for study, word in given.items()}
    return {study: word for level in LEVELS for study, word in found.items() if word == level}


def _asked(analysis: NetworkAnalysis) -> bool:
    return bool(analysis.request.rob)


def _compute(analysis: NetworkAnalysis) -> JudgedContributions:
    model = "common" if analysis.request.method == "EE" else "random"
    by_study = contributions(analysis.network, of="studies", model=model)
    return contribution_by_judgement(by_study, judgements(analysis, "rob"))


def _lines(found: JudgedContributions, analysis: NetworkAnalysis) -> Iterator[str]:
    shown = [i for i, pair in enumerate(found.pairs) if analysis.reference in pair]
    yield f"Risk of bias behind the estimates versus {analysis.reference}, by what each study contributes"
    rows = [["Estimate", *found.judgements]]
    rows += [
        [" – ".join(found.pairs[i]), *(percent(share, 1) for share in found.shares[i].tolist())]
        for i in shown
    ]
    yield from aligned(rows, left={0})
    yield from (f"- {note}" for note in found.notes)


def _record(found: JudgedContributions, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001 - one shape for all
    return {
        "estimates": [
            {"treat1": one, "treat2": other, "shares": _shares(found, i)}
            for i, (one, other) in enumerate(found.pairs)
        ],
        "notes": list(found.notes),
    }


def _shares(found: JudgedContributions, row: int) -> dict[str, float | None]:
    shares = zip(found.judgements, found.shares[row].tolist(), strict=True)
    return {word: canonical(share, 1.0) for word, share in shares}


def _rows(found: JudgedContributions, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    for i, (one, other) in enumerate(found.pairs):
        for word, share in zip(found.judgements, found.shares[i].tolist(), strict=True):
            yield Row(quantity="share", value=share, treat1=one, treat2=other, part=word)


JUDGED = Section(
    name="judged_contributions", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked
)
