"""The methods section, written from what ran: each clause with the works it rests on."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import metaan
from metaan.once import once
from metaan.report.appraised import tool_clauses
from metaan.report.certainty_clauses import certainty_clauses
from metaan.report.clauses import Clause, Paragraph
from metaan.report.conversions import conversion_clauses
from metaan.report.evidence import study_names, uses
from metaan.report.methods_models import measure_clauses, network_clauses, pairwise_clauses
from metaan.report.methods_refits import refit_clauses
from metaan.report.methods_small_study import small_study_clauses
from metaan.report.packages import package_version
from metaan.report.references import REFERENCES, cite, numbered
from metaan.report.wording import capital, counted, joined, spelled
from metaan.review.settle import settle
from metaan.tables.markdown import markdown_text
from metaan.tables.standstill import could_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.read import Review
    from metaan.review.settle import Settled

__all__ = ["cited", "methods_text", "recorded", "software", "write_methods"]

PACKAGES = ("numpy", "scipy", "statsmodels", "matplotlib")
PACKAGE_REFERENCES = {
    "numpy": "harris2020",
    "scipy": "virtanen2020",
    "statsmodels": "seabold2010",
    "matplotlib": "hunter2007",
}
PROCESS = {"selection": ("Selection", "8"), "collection": ("Data collection", "9")}
PROTOCOL = {"protocol": ("Protocol", "24b")}
SUPPORT = {"funding": ("Support", "25"), "interests": ("Competing interests", "26")}
"""Fields of the plan with the word before them and their item of PRISMA 2020."""


@once
def methods_text(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Paragraph, ...]:
    """Tell what was done, in the order of a methods section, from what actually ran.

    Parameters
    ----------
    review : Review
        The review: its plan and tables.
    analyses : sequence of AnalysisResult
        What ran.

    Returns
    -------
    tuple of Paragraph
        A method that did not run is not mentioned.

    References
    ----------
    Page MJ, McKenzie JE, Bossuyt PM, et al. BMJ 2021;372:n71.
    """
    paragraphs = (
        _paragraph("Question and sources", _source_items(review), _sources(review)),
        _paragraph("Data", "10, 13a, 13b", _data(review, analyses)),
        _paragraph("Time points and scales", "10a, 13a", points=_rules(review)),
        _paragraph("Effect measures", "12", measure_clauses(analyses)),
        _paragraph("Pairwise synthesis", "13d", pairwise_clauses(analyses)),
        _paragraph(
            "Small-study effects and influence",
            "13f, 14",
            small_study_clauses(analyses, review.plan.review.seed),
        ),
        _paragraph("Network synthesis", "13d, S1 to S3", network_clauses(review, analyses)),
        _sensitivity(analyses),
        _paragraph("Risk of bias and certainty", "11, 15", _appraisal(review, analyses)),
        _paragraph("Software", "13d", _software(analyses)),
        _paragraph("Support and interests", _told_items(review, SUPPORT), _told(review, SUPPORT)),
    )
    return tuple(each for each in paragraphs if each.clauses or each.points)


def cited(paragraphs: Iterable[Paragraph]) -> dict[str, int]:
    """Give the works numbers in the order in which the text cites them."""
    return numbered(key for each in paragraphs for clause in each.clauses for key in clause.references)


def write_methods(review: Review, analyses: Sequence[AnalysisResult]) -> str:
    """Write the methods text with its references as Markdown.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        What ran.

    Returns
    -------
    str
        A whole document, ending with a line end. Names from the data are shown, never run as markup.
    """
    paragraphs = methods_text(review, analyses)
    numbers = cited(paragraphs)
    lines = ["# Methods", ""]
    for paragraph in paragraphs:
        text = " ".join(_markdown_clause(clause, numbers) for clause in paragraph.clauses)
        lines += [f"## {paragraph.title}", ""]
        lines += [text, ""] if text else []
        lines += (
            [*(f"- {markdown_text(point)}" for point in paragraph.points), ""] if paragraph.points else []
        )
        lines += [f"PRISMA 2020 items: {paragraph.items}.", ""]
    lines += ["## References", ""]
    lines += [f"{number}. {markdown_text(cite(REFERENCES[key]))}" for key, number in numbers.items()]
    return "\n".join(lines) + "\n"


def software() -> dict[str, str]:
    """Name the programs behind the numbers with their versions, metaan and Python first."""
    return {"metaan": metaan.__version__, "Python": platform.python_version()} | {
        package: package_version(package) for package in PACKAGES
    }


def _paragraph(
    title: str, items: str, clauses: Sequence[Clause] = (), points: tuple[str, ...] = ()
) -> Paragraph:
    return Paragraph(title=title, items=items, clauses=tuple(clauses), points=points)


def _sources(review: Review) -> list[Clause]:
    info = review.plan.review
    return [
        Clause("The synthesis is reported along the PRISMA 2020 statement.", ("page2021",)),
        Clause(f"Question: {_ended(info.question)}"),
        Clause(f"Search: {_ended(info.search)}"),
        Clause(f"Eligibility: {_ended(info.eligibility)}"),
        *_told(review, PROCESS),
        Clause(f"Registration: {_ended(info.registration or 'not registered, or not recorded')}"),
        *_told(review, PROTOCOL),
    ]


def _told(review: Review, fields: Mapping[str, tuple[str, str]]) -> list[Clause]:
    """Print what the plan says in some of its fields; nothing of those that it leaves open."""
    info = review.plan.review
    return [
        Clause(f"{word}: {_ended(getattr(info, name))}")
        for name, (word, _) in fields.items()
        if recorded(getattr(info, name))
    ]


def _told_items(review: Review, fields: Mapping[str, tuple[str, str]]) -> str:
    info = review.plan.review
    return ", ".join(item for name, (_, item) in fields.items() if recorded(getattr(info, name)))


def _source_items(review: Review) -> str:
    """List the items of PRISMA 2020 that the plan answers, and those that it does not."""
    info = review.plan.review
    known = {
        "4": bool(info.question.strip()),
        "5": recorded(info.eligibility),
        "6": recorded(info.search),
        "7": recorded(info.search),
        "8": recorded(info.selection),
        "9": recorded(info.collection),
        "24a": True,
        **({"24b": True} if recorded(info.protocol) else {}),
    }
    answered = [item for item, told in known.items() if told]
    open_items = [item for item, told in known.items() if not told]
    return f"{', '.join(answered)}; not recorded, or not in full: {', '.join(open_items)}"


def recorded(text: str) -> bool:
    """Tell whether a field of the plan says something.

    Examples
    --------
    >>> recorded("MEDLINE to May 2020"), recorded("not recorded"), recorded(" ")
    (True, False, False)
    """
    return bool(text.strip()) and not text.strip().casefold().startswith("not recorded")


def _data(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    used = uses(analyses)
    main = sum(each[0].scenario == "main" for each in used.values())
    rows = [*review.tables["results"], *review.tables["contrasts"]]
    return [
        Clause(
            f"Of {counted(len(rows), 'extracted row')} (numbers of one arm, or one difference, with their"
            f" source and quotation), {_entered(main, len(used) - main, len(rows))}."
        ),
        *_choices(review),
        *conversion_clauses(review, analyses),
        *_summed(review, analyses),
    ]


def _rules(review: Review) -> tuple[str, ...]:
    said = []
    for plan in review.plan.analysis:
        rules = [_ended(rule) for rule in (plan.timepoint_rule, plan.scale_rule) if rule]
        if rules:
            said.append(f"{plan.title}: {' '.join(rules)}")
    return tuple(said)


def _entered(main: int, more: int, whole: int) -> str:
    if main == whole:
        return "all entered main analyses"
    entered = f"{spelled(main)} entered main analyses"
    entered += f" and {spelled(more)} more only sensitivity analyses" if more else ""
    return f"{entered}; every other row is listed with its reason"


def _choices(review: Review) -> list[Clause]:
    settled = [settle(review, plan) for plan in review.plan.analysis]
    said = [_lumping(review, settled), _arms(review, settled), _status(review, settled)]
    return [Clause(text) for text in said if text]


def _lumping(review: Review, settled: Sequence[Settled]) -> str:
    told = ("dose_text", "formulation", "route")
    if not any(row.text[name] for row in review.tables["arms"] for name in told):
        return ""
    if {each.nodes for each in settled} != {"drug"}:
        return ""
    return (
        "Arms with the same drug count as one treatment, whatever the dose, formulation or route, and arms of"
        " one study with the same treatment were combined."
    )


def _arms(review: Review, settled: Sequence[Settled]) -> str:
    if {each.arms for each in settled} != {"every_trial"}:
        return ""
    if not any(row.text["in_every_trial"] == "no" for row in review.tables["arms"]):
        return ""
    return (
        "From a report that sums several trials, the main analyses use only arms that every one of those"
        " trials had."
    )


def _status(review: Review, settled: Sequence[Settled]) -> str:
    allowed = {status for each in settled for status in each.status}
    held = {row.text["status"] for table in ("results", "contrasts") for row in review.tables[table]}
    if held <= {"extracted"}:
        return ""
    if "imputed" in allowed:
        return "Main analyses admit extracted, derived and imputed numbers."
    if "derived" in allowed:
        return "Main analyses admit extracted and derived numbers, and no imputed ones."
    return "Main analyses admit extracted numbers only."


def _summed(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    names = study_names(review)
    summed = dict.fromkeys(
        names.get(study.study, study.label)
        for analysis in analyses
        for comparison in analysis.main.comparisons
        for study in comparison.studies
        if study.estimable and study.pooled_report
    )
    if not summed:
        return []
    reports = "One report sums" if len(summed) == 1 else f"{capital(spelled(len(summed)))} reports sum"
    text = f"{reports} several trials ({joined(list(summed), 'and')}); each counts as one unit"
    return [Clause(f"{text}, never beside a trial that it sums.")]


def _sensitivity(analyses: Sequence[AnalysisResult]) -> Paragraph:
    reach: dict[str, int] = {}
    for analysis in analyses:
        for scenario in analysis.sensitivity:
            moved = could_change(analysis.main, scenario)
            reach[scenario.label] = reach.get(scenario.label, 0) + moved
    told = (
        "Main analyses were repeated, each time with these choices changed; in brackets, the number of"
        " analyses in which a number could change."
    )
    said = [Clause(told)] if reach else []
    points = tuple(f"{label} ({counted(number, 'analysis', 'analyses')})" for label, number in reach.items())
    return _paragraph("Sensitivity analyses", "13f", [*refit_clauses(analyses), *said], points)


def _appraisal(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    rows = review.tables["rob"]
    judged = [row for row in rows if row.text["judgement"] != "not judged"]
    who = joined(
        list(
            dict.fromkeys(
                row.text["assessor"] or row.text["source"] or "source not recorded" for row in judged
            )
        ),
        "and",
    )
    if not rows:
        text = "Risk of bias was not judged."
    elif not judged:
        text = "Risk of bias was not judged; the facts that bear on it are listed."
    elif len(judged) == len(rows):
        text = f"Risk of bias was judged by {who}."
    else:
        text = (
            f"Of {counted(len(rows), 'entry', 'entries')} on risk of bias, {spelled(len(judged))}"
            f" {'carries' if len(judged) == 1 else 'carry'} a judgement (by {who});"
            " the others are facts and stand as not judged."
        )
    return [Clause(text), *tool_clauses(review), *certainty_clauses(review, analyses)]


def _software(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    versions = software()
    own = f"metaan {versions['metaan']} with Python {versions['Python']}"
    again = any(comparison.k > 1 for each in analyses for comparison in each.main.comparisons)
    used = [package for package in PACKAGES if again or package != "statsmodels"]
    packages = [f"{package} {versions[package]}" for package in used]
    said = [
        Clause(
            f"All computations were done with {own}, {joined(packages, 'and')}.",
            tuple(PACKAGE_REFERENCES[package] for package in used),
        )
    ]
    if again:
        said.append(
            Clause(
                "Pooled means and their standard errors were computed a second time, by weighted least"
                " squares in statsmodels.",
                ("knapp2003",),
            )
        )
    return said


def _ended(text: str) -> str:
    stripped = text.strip() or "not recorded"
    return stripped if stripped[-1] in ".?!" else f"{stripped}."


def _markdown_clause(clause: Clause, numbers: dict[str, int]) -> str:
    marks = ", ".join(str(number) for number in sorted(numbers[key] for key in clause.references))
    text = markdown_text(clause.text)
    return f"{text[:-1]} \\[{marks}\\]{text[-1]}" if marks else text
