"""RevMan 5's .rm5 files: XML read without entities, document types or the network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.review.imports.revman import taken_of_revman
from metaan.review.imports.revman_values import (
    RevAnalysis,
    RevJudgement,
    RevRow,
    RevStudy,
    finite,
    level_of,
    printed_figures,
    study_cells,
)
from metaan.review.imports.words import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from metaan.review.imports.facts import Taken, Wishes

__all__ = ["taken_of_xml"]

ROOT = "COCHRANE_REVIEW"
KINDS = {"DICH": "binary", "CONT": "continuous", "IV": "effect", "IPD": "", "OTHER": ""}
SAID = {"IPD": "O - E and variance", "OTHER": "other data"}
MEASURES = {"OR": "OR", "RR": "RR", "RD": "RD", "MD": "MD", "SMD": "SMD", "PETO_OR": "PETO"}
LONG_NAMES = {
    "odds ratio": "OR",
    "risk ratio": "RR",
    "relative risk": "RR",
    "risk difference": "RD",
    "mean difference": "MD",
    "std. mean difference": "SMD",
    "standardised mean difference": "SMD",
    "standardized mean difference": "SMD",
}
NUMBERS = {
    "events_1": "EVENTS_1",
    "n_1": "TOTAL_1",
    "mean_1": "MEAN_1",
    "sd_1": "SD_1",
    "events_2": "EVENTS_2",
    "n_2": "TOTAL_2",
    "mean_2": "MEAN_2",
    "sd_2": "SD_2",
}
FIGURES = {
    "estimate": "EFFECT_SIZE",
    "ci_low": "CI_START",
    "ci_high": "CI_END",
    "tau2": "TAU2",
    "chi2": "CHI2",
    "df": "DF",
    "p": "P_CHI2",
    "I2": "I2",
    "z": "Z",
    "effect_p": "P_Z",
}
RESULTS = {"YES": "low risk", "NO": "high risk", "UNKNOWN": "unclear risk"}
UNTOUCHED = "UNKNOWN"
"""What RevMan 5 writes until somebody judges; without a word of support nobody did."""
CHARACTERISTICS = ["METHODS", "PARTICIPANTS", "INTERVENTIONS", "OUTCOMES", "NOTES"]
RATIOS = ("OR", "RR", "PETO")


def taken_of_xml(name: str, data: bytes, wishes: Wishes) -> Taken:
    """Read a RevMan 5 review.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        The file.
    wishes : Wishes
        As for `taken_of_revman`.

    Raises
    ------
    InputError
        For XML that is damaged, declares a document type or entities, or is no RevMan review.
    """
    root = _parsed(name, data)
    if root.tag != ROOT:
        raise InputError(
            f"{name} is XML, but no RevMan 5 review (its root is {plain_text(root.tag, 60)}). Export the"
            " review as .rm5, or the analyses as CSV."
        )
    names = {study.get("ID", ""): plain_text(study.get("NAME", ""), 150) for study in root.iter("STUDY")}
    included = root.findall(".//INCLUDED_STUDIES/STUDY")
    notes = _characteristics(root)
    studies = [
        RevStudy(
            name=names[study.get("ID", "")],
            place=f"study {plain_text(study.get('ID', ''), 80)}",
            cells=study_cells(study.get("YEAR", ""), notes.get(study.get("ID", ""), "")),
        )
        for study in included
    ]
    analyses = list(_analyses(root, names))
    if not analyses:
        raise InputError(f"{name} holds a RevMan review without analyses, so nothing can be taken.")
    title = plain_text(root.findtext("./COVER_SHEET/TITLE") or "", 200)
    return taken_of_revman(title, studies, analyses, list(_judgements(root, names)), wishes)


def _parsed(name: str, data: bytes) -> Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError(
            f"{name} declares a document type or entities, which RevMan does not write; it is not read."
            " Export the review again."
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise InputError(f"{name} is damaged XML: {error}. Export the review again.") from error
    return root


def _characteristics(root: Element) -> dict[str, str]:
    """Give what the table of characteristics tells of each study."""
    found = {}
    for entry in root.iter("INCLUDED_CHAR"):
        parts = [(name, _text(entry.find(f"CHAR_{name}"))) for name in CHARACTERISTICS]
        notes = "; ".join(f"{name.capitalize()}: {text}" for name, text in parts if text)
        found[entry.get("STUDY_ID", "")] = notes
    return found


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _analyses(root: Element, names: Mapping[str, str]) -> Iterator[RevAnalysis]:
    for comparison in root.iter("COMPARISON"):
        for outcome in comparison:
            prefix, _, rest = outcome.tag.partition("_")
            if rest == "OUTCOME" and prefix in KINDS:
                yield _analysis(comparison, outcome, prefix, names)


def _analysis(comparison: Element, outcome: Element, prefix: str, names: Mapping[str, str]) -> RevAnalysis:
    number = f"{comparison.get('NO', '?')}.{outcome.get('NO', '?')}"
    measure = _measure(outcome)
    return RevAnalysis(
        number=plain_text(number, 20),
        name=plain_text(_text(outcome.find("NAME")), 200),
        comparison=plain_text(_text(comparison.find("NAME")), 200),
        kind=KINDS[prefix],
        said=SAID.get(prefix, prefix),
        measure=measure,
        method=plain_text(outcome.get("METHOD") or ("PETO" if measure == "PETO" else "IV"), 40).upper(),
        random=outcome.get("RANDOM", "NO") == "YES",
        level=level_of(outcome.get("CI_TOTAL", "95")),
        groups=(
            plain_text(_text(outcome.find("GROUP_LABEL_1")), 200),
            plain_text(_text(outcome.find("GROUP_LABEL_2")), 200),
        ),
        rows=tuple(_rows(outcome, prefix, names, number, measure)),
        figures=printed_figures({name: outcome.get(own, "") for name, own in FIGURES.items()}),
        place=f"analysis {plain_text(number, 20)}",
        pooled=outcome.get("TOTALS", "YES") == "YES",
        swapped=outcome.get("SWAP_EVENTS", "NO") == "YES",
    )


def _measure(outcome: Element) -> str:
    """Name the measure; of generic effects the title of the scale tells it."""
    known = MEASURES.get(outcome.get("EFFECT_MEASURE", ""), "")
    said = _text(outcome.find("EFFECT_MEASURE")) or outcome.get("EFFECT_MEASURE", "")
    return known or LONG_NAMES.get(said.casefold(), plain_text(said, 60))


def _rows(
    outcome: Element, prefix: str, names: Mapping[str, str], number: str, measure: str
) -> Iterator[RevRow]:
    groups = [("", outcome)] + [
        (plain_text(_text(group.find("NAME")), 100), group) for group in outcome.findall(f"{prefix}_SUBGROUP")
    ]
    for subgroup, parent in groups:
        for data in parent.findall(f"{prefix}_DATA"):
            study = names.get(data.get("STUDY_ID", ""), "") or plain_text(data.get("STUDY_ID", ""), 80)
            numbers = {own: finite(data.get(attribute, "")) for own, attribute in NUMBERS.items()}
            if prefix == "IV":
                numbers |= _effect(data, measure)
            yield RevRow(
                study=study, subgroup=subgroup, place=f"analysis {number}, study {study}", numbers=numbers
            )


def _effect(data: Element, measure: str) -> dict[str, float]:
    """Give the effect as entered, ratios as logarithms."""
    estimate, se = finite(data.get("ESTIMATE", "")), finite(data.get("SE", ""))
    if math.isnan(estimate):
        shown = finite(data.get("EFFECT_SIZE", ""))
        estimate = (math.log(shown) if shown > 0 else math.nan) if measure in RATIOS else shown
    return {"effect": estimate, "se": se}


def _judgements(root: Element, names: Mapping[str, str]) -> Iterator[RevJudgement]:
    for item in root.iter("QUALITY_ITEM"):
        domain = plain_text(_text(item.find("NAME")), 200)
        for entry in item.iter("QUALITY_ITEM_DATA_ENTRY"):
            said = entry.get("RESULT", "")
            study = names.get(entry.get("STUDY_ID", ""), "")
            support = _text(entry.find("DESCRIPTION"))
            if study and said != "NA":
                judged = RESULTS.get(said, said) if support or said != UNTOUCHED else "not judged"
                yield RevJudgement(
                    study=study,
                    domain=domain,
                    judgement=judged,
                    support=support,
                    place=f"risk of bias, {domain}, study {study}",
                )
