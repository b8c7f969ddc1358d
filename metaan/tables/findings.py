"""Summary of findings: what happens to 1000 people, how sure that is, and who judged so."""

from __future__ import annotations

from itertools import groupby
from math import isnan, nan
from typing import TYPE_CHECKING

from metaan.format import DASH, back_transform, capital, effect_with_interval, fixed, short_slug, shown_scale
from metaan.results.grading import DOMAINS
from metaan.tables.absolute import more_or_fewer, of_thousand, with_limits
from metaan.tables.footnotes import Footnotes
from metaan.tables.ranking import RANKS_MISLEAD
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.results.grading import Rating
    from metaan.results.summary import Finding

__all__ = ["findings_tables", "is_findings"]

FINDINGS = "summary-of-findings"
"""Id of the table, and what the ids of several begin with."""

NOT_RATED = "not rated"
SMD_CAUTION = (
    "A standardised mean difference counts in standard deviations, which differ between trials: it has no"
    " units of a scale. As a rule of thumb 0.2 is called small, 0.5 moderate and 0.8 large; whether a"
    " difference matters to patients does not follow from it."
)
WORDING = (
    "The wording follows the certainty as GRADE advises (Santesso 2020): high “results in”, moderate “likely"
    " results in”, low “may result in”, very low “very uncertain”."
)
UNRATED = (
    "The certainty was not rated: nobody judged it (there is no grade.csv, or no row of it for this). The"
    " numbers alone do not say how sure they are."
)
ABSOLUTE = (
    "Risks are per 1000 people. The risk with the first treatment, and the difference, follow from the"
    " assumed risk and the relative effect; their intervals are those of the effect alone."
)
MACHINE = (
    *("assumed", "assumed_low", "assumed_high", "assumed_groups"),
    *("risk", "risk_low", "risk_high"),
    *("difference_per_1000", "difference_low", "difference_high"),
    *("effect", "effect_low", "effect_high", "k", "n"),
)


def findings_tables(findings: Sequence[Finding], names: Mapping[str, str], chosen: str) -> tuple[Table, ...]:
    """Make the summary of findings: a table for each comparison, or one where there is a single outcome.

    Parameters
    ----------
    findings : sequence of Finding
        Comparison by comparison.
    names : mapping of str to str
        Node to the name to print.
    chosen : str
        How the outcomes were chosen, as a sentence.

    Returns
    -------
    tuple of Table
        Rows are outcomes; in a review of one outcome, comparisons.
    """
    if len({each.analysis for each in findings}) == 1:
        title = f"Summary of findings: {findings[0].title}"
        return (_table(findings, names, id=FINDINGS, title=title, chosen=chosen, first="comparison"),)
    endings = _endings(findings)
    return tuple(
        _table(
            tuple(group),
            names,
            id=f"{FINDINGS}-{endings[pair]}",
            title=f"Summary of findings: {_pair(pair, names)}",
            chosen=chosen,
            first="outcome",
        )
        for pair, group in groupby(findings, key=lambda each: (each.answer.treat1, each.answer.treat2))
    )


def is_findings(name: str) -> bool:
    """Tell whether an id is that of a summary of findings.

    Examples
    --------
    >>> is_findings("summary-of-findings"), is_findings("summary-of-findings-a-b"), is_findings("rob")
    (True, True, False)
    """
    return name == FINDINGS or name.startswith(f"{FINDINGS}-")


def _endings(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """Name each comparison for its file; names that slug alike are told apart by a number."""
    endings: dict[tuple[str, str], str] = {}
    for each in findings:
        pair = (each.answer.treat1, each.answer.treat2)
        wanted = short_slug(" ".join(pair)) or "comparison"
        free, number = wanted, 2
        while pair not in endings and free in endings.values():
            free, number = f"{wanted}-{number}", number + 1
        endings.setdefault(pair, free)
    return endings


def _table(
    findings: Sequence[Finding],
    names: Mapping[str, str],
    *,
    id: str,  # noqa: A002 - the field's name
    title: str,
    chosen: str,
    first: str,
) -> Table:
    notes = Footnotes()
    pairs = {(each.answer.treat1, each.answer.treat2) for each in findings}
    one = next(iter(pairs)) if len(pairs) == 1 else None
    rows = tuple(_row(each, names, notes, first) for each in findings)
    return Table(
        id=id,
        title=title,
        columns=_columns(findings, names, one, first),
        rows=rows,
        notes=(*_standing(findings, chosen), *notes.lines()),
    )


def _columns(
    findings: Sequence[Finding], names: Mapping[str, str], pair: tuple[str, str] | None, first: str
) -> tuple[Column, ...]:
    level = f"{100 * findings[0].level:g}% CI"
    with_second = f"With {names.get(pair[1], pair[1])}" if pair else "With the second"
    with_first = f"With {names.get(pair[0], pair[0])}" if pair else "With the first"
    outcome = Column(name="outcome", title="Outcome", where="both" if first == "outcome" else "csv")
    comparison = Column(
        name="comparison", title="Comparison", where="both" if first == "comparison" else "csv"
    )
    return (
        *((outcome, comparison) if first == "outcome" else (comparison, outcome)),
        *(Column(name=name, title=name, where="csv") for name in ("analysis", "treat1", "treat2", "measure")),
        Column(name="assumed_text", title=f"{with_second} (assumed)", where="html"),
        Column(name="risk_text", title=f"{with_first} ({level})", where="html"),
        Column(name="difference_text", title=f"Difference ({level})", where="html"),
        Column(name="effect_text", title=f"Effect ({level})", where="html"),
        Column(name="people_text", title="Participants (studies)", where="html"),
        *(Column(name=name, title=name, numeric=True, where="csv") for name in MACHINE),
        Column(name="evidence", title="Evidence"),
        Column(name="certainty_text", title="Certainty (GRADE)", where="html"),
        Column(name="certainty", title="certainty", where="csv"),
        Column(name="rank", title="Rank of the first (interval)", where="csv"),
        *(Column(name=domain.id, title=domain.title, where="csv") for domain in DOMAINS),
        Column(name="assumed_source", title="Source of the assumed value", where="csv"),
        Column(name="statement", title="What was found"),
    )


def _row(finding: Finding, names: Mapping[str, str], notes: Footnotes, first: str) -> tuple[Cell, ...]:
    answer = finding.answer
    outcome = Cell(finding.title, href=f"#{finding.analysis}")
    comparison = Cell(_pair((answer.treat1, answer.treat2), names), href=f"#{finding.analysis}")
    judged = {each.domain: each.level for each in finding.rating.judgements} if finding.rating else {}
    return (
        *((outcome, comparison) if first == "outcome" else (comparison, outcome)),
        *map(Cell, (finding.analysis, answer.treat1, answer.treat2, finding.measure)),
        *_shown(finding, notes),
        *_numbers(finding),
        Cell(_evidence(finding, notes)),
        Cell(_certainty(finding, notes)),
        Cell("" if isnan(answer.estimate) else finding.rating.certainty if finding.rating else NOT_RATED),
        Cell(_rank(finding)),
        *(Cell(judged.get(domain.title, "")) for domain in DOMAINS),
        Cell(finding.assumed.source),
        Cell(finding.statement),
    )


def _shown(finding: Finding, notes: Footnotes) -> Iterator[Cell]:
    """Write what a person reads: assumed, corresponding, difference, effect, people."""
    answer, absolute = finding.answer, finding.absolute
    known = not isnan(answer.estimate)
    scale = (answer.estimate, answer.ci_low, answer.ci_high)
    yield Cell(_assumed(finding, notes) if known else DASH)
    if absolute is None:
        yield Cell(DASH)
        yield Cell(_continuous(finding, notes) if known and finding.kind == "continuous" else DASH)
    else:
        marks = notes.marks(f"{note[:1].upper()}{note[1:]}." for note in absolute.notes)
        yield Cell(with_limits(absolute.risk, absolute.risk_ci, of_thousand))
        yield Cell(f"{with_limits(absolute.difference, absolute.difference_ci, more_or_fewer)}{marks}")
    yield Cell(f"{finding.measure} {effect_with_interval(*scale, finding.measure)}" if known else DASH)
    yield Cell(_people(finding) if known else DASH)


def _assumed(finding: Finding, notes: Footnotes) -> str:
    assumed = finding.assumed
    source = assumed.source
    if finding.kind == "continuous" and finding.measure != "MD":
        return DASH
    if isnan(assumed.value):
        return f"not known{notes.marks((f'{source[:1].upper()}{source[1:]}.',))}"
    write = of_thousand if finding.kind == "binary" else fixed
    unit = " per 1000" if finding.kind == "binary" else ""
    if assumed.groups > 1:
        source += f" ({write(assumed.low)} to {write(assumed.high)}{unit})"
    return f"{write(assumed.value)}{unit}{notes.marks((f'{source[:1].upper()}{source[1:]}.',))}"


def _continuous(finding: Finding, notes: Footnotes) -> str:
    answer = finding.answer
    if finding.measure == "SMD":
        unit, marks = " SD", notes.marks((SMD_CAUTION,))
    else:
        unit, marks = "", notes.marks((f"Scale: {finding.scale}.",) if finding.scale else ())

    def write(value: float) -> str:
        said = fixed(abs(value))
        turned = "" if value == 0 else " higher" if value > 0 else " lower"
        return f"{said}{unit}{turned}"

    return f"{with_limits(answer.estimate, (answer.ci_low, answer.ci_high), write)}{marks}"


def _people(finding: Finding) -> str:
    answer = finding.answer
    if not answer.k:
        return "none directly"
    people = f"{answer.n:,}" if answer.n else "not stated"
    return f"{people} ({answer.k} {'study' if answer.k == 1 else 'studies'})"


def _evidence(finding: Finding, notes: Footnotes) -> str:
    answer = finding.answer
    words = {
        "direct": "direct",
        "indirect": "indirect, through the network",
        "mixed": "direct and indirect, from the network",
        "not estimable": "not estimable",
        "none": "none",
    }
    rank = f"; rank {_rank(finding)}" if finding.rank else ""
    return f"{words[answer.evidence]}{notes.marks((answer.reason,) if answer.reason else ())}{rank}"


def _certainty(finding: Finding, notes: Footnotes) -> str:
    if isnan(finding.answer.estimate):
        return DASH
    if finding.rating is None:
        return NOT_RATED
    return f"{finding.rating.certainty}{notes.marks(_reasons(finding.rating))}"


def _rank(finding: Finding) -> str:
    if finding.rank is None:
        return ""
    low, high = finding.rank.rank_low, finding.rank.rank_high
    return f"{fixed(finding.rank.mean_rank, 1)} ({low:g} to {high:g}) of {finding.ranked}"


def _reasons(rating: Rating) -> Iterator[str]:
    """Say why the certainty was lowered or raised, what else a reader must know, and who judged."""
    for each in rating.judgements:
        if each.steps or each.reason:
            moved = f" ({each.steps:+d})".replace("-", "−") if each.steps else ""
            yield f"{each.domain}: {each.level}{moved}{'. ' if each.reason else ''}{_ended(each.reason)}"
    if rating.comment:
        yield _ended(rating.comment)
    who = "; ".join(dict.fromkeys(part for part in (rating.assessor, rating.source) if part))
    yield f"Judged by: {_ended(who)}" if who else "Who judged is not recorded."


def _numbers(finding: Finding) -> Iterator[Cell]:
    answer, assumed, absolute = finding.answer, finding.assumed, finding.absolute
    for value in (assumed.value, assumed.low, assumed.high):
        yield number_cell(value, "", 1.0)
    yield number_cell(float(assumed.groups), "")
    risks = (nan,) * 3 if absolute is None else (absolute.risk, *absolute.risk_ci)
    differences = (nan,) * 3 if absolute is None else (absolute.difference, *absolute.difference_ci)
    yield from (number_cell(value, "", 1.0) for value in risks)
    yield from (number_cell(1000 * value, "", 1000.0) for value in differences)
    unit = shown_scale(answer.se, finding.measure)
    for value in (answer.estimate, answer.ci_low, answer.ci_high):
        yield number_cell(back_transform(value, finding.measure), "", unit)
    yield from (number_cell(float(count), "") for count in (answer.k, answer.n))


def _standing(findings: Iterable[Finding], chosen: str) -> Iterator[str]:
    shown = [each for each in findings if not isnan(each.answer.estimate)]
    if any(each.kind == "binary" for each in shown):
        yield ABSOLUTE
    rated = [each for each in shown if each.rating is not None]
    if rated:
        yield WORDING
    if len(rated) < len(shown):
        yield UNRATED
    if any(each.rank is not None for each in shown):
        yield f"Rank: the mean for the first treatment, with its interval; 1 is the best. {RANKS_MISLEAD}"
    yield chosen


def _pair(pair: tuple[str, str], names: Mapping[str, str]) -> str:
    first, second = (names.get(each, each) for each in pair)
    return capital(f"{first} versus {second}")


def _ended(text: str) -> str:
    said = text.strip()
    return said if not said or said.endswith((".", "?", "!")) else f"{said}."
