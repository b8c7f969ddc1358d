"""Tables of the trials themselves: included, known but without usable results, excluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.review.read import Row

__all__ = ["excluded_table", "missing_table", "studies_table"]

_STUDY_COLUMNS = (
    Column(name="label", title="Study"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="year", title="Year", numeric=True),
    Column(name="country", title="Country"),
    Column(name="design", title="Design"),
    Column(name="condition", title="Condition"),
    Column(name="arms", title="Arms (randomised)"),
    Column(name="n_randomised", title="Randomised", numeric=True),
    Column(name="analysed", title="Analysed", numeric=True),
    Column(name="mean_age", title="Mean age (years)", numeric=True),
    Column(name="percent_female", title="Women (%)", numeric=True),
    Column(name="duration_days", title="Days", numeric=True),
    Column(name="outcomes", title="Outcomes with rows"),
    Column(name="used", title="Used in"),
    Column(name="bias", title="Risk of bias overall"),
    Column(name="funding", title="Funding"),
    Column(name="registration", title="Registration"),
    Column(name="doi", title="DOI"),
    Column(name="pmid", title="PubMed"),
    Column(name="n_trials", title="Trials", numeric=True),
    Column(name="covers_text", title="Sums", where="html"),
    Column(name="covers", title="Sums", where="csv"),
    Column(name="notes", title="Notes"),
    Column(name="source", title="Source"),
)
COUNTED = ("n_randomised", "n_enrolled")
"""Numbers of people, whose thousands are marked as everywhere."""

EXPECTED = {
    "country": "country",
    "design": "design",
    "condition": "condition",
    "n_randomised": "number randomised",
    "mean_age": "age",
    "percent_female": "sex",
    "duration_days": "duration",
    "funding": "funding",
    "registration": "registration",
}


def studies_table(
    tables: Mapping[str, Sequence[Row]],
    used: Mapping[str, str] | None = None,
    *,
    analysed: Mapping[str, int] | None = None,
    judged: Mapping[str, str] | None = None,
) -> Table:
    """Describe each unit of analysis, with its arms and the outcomes that it has rows for.

    Parameters
    ----------
    tables : mapping of str to rows
        All tables of a review; studies, arms, outcomes, results and contrasts are read.
    used : mapping of str to str, optional
        Study id to the analyses that use it, in words.
    analysed : mapping of str to int, optional
        Study id to the largest number of participants that a main analysis takes from it.
    judged : mapping of str to str, optional
        Study id to its overall risk of bias.

    Returns
    -------
    Table
        One row per study, in the order of studies.csv; each row's anchor is `studies-<row>`. A note names
        the characteristics that nobody recorded.
    """
    analysed, judged = analysed or {}, judged or {}
    arms, outcomes = _arms_by_study(tables["arms"]), _outcomes_by_study(tables)
    labels = {row.text["study_id"]: row.text["label"] for row in tables["studies"]}
    rows = tuple(
        _study_row(
            row,
            labels,
            arms=arms.get(row.text["study_id"], ()),
            outcomes=outcomes.get(row.text["study_id"], ()),
            used=(used or {}).get(row.text["study_id"], ""),
            analysed=analysed.get(row.text["study_id"]),
            judged=judged.get(row.text["study_id"], ""),
        )
        for row in tables["studies"]
    )
    return Table(
        id="studies",
        title="Characteristics of the included studies",
        columns=_STUDY_COLUMNS,
        rows=rows,
        notes=_not_recorded(tables["studies"]),
    )


def missing_table(rows: Sequence[Row]) -> Table:
    """List the trials that are known but carry no usable result.

    Parameters
    ----------
    rows : sequence of Row
        missing.csv.

    Returns
    -------
    Table
        One row per trial.
    """
    columns = (
        Column(name="label", title="Trial"),
        Column(name="study_id", title="Id", where="csv"),
        Column(name="comparison", title="Comparison"),
        Column(name="n_enrolled", title="Enrolled", numeric=True),
        Column(name="status", title="State"),
        Column(name="why_missing", title="Why nothing of it is used"),
        Column(name="source", title="Source"),
        Column(name="quote", title="Quote"),
    )
    made = tuple(
        (
            Cell(row.text["label"], anchor=f"missing-{row.number}"),
            *(
                _plain(row, name)
                for name in ("study_id", "comparison", "n_enrolled", "status", "why_missing")
            ),
            source_cell(row),
            _plain(row, "quote"),
        )
        for row in rows
    )
    return Table(id="missing", title="Trials known, without usable results", columns=columns, rows=made)


def excluded_table(rows: Sequence[Row]) -> Table:
    """List the excluded reports, each with its reason.

    Parameters
    ----------
    rows : sequence of Row
        excluded.csv.

    Returns
    -------
    Table
        One row per report.
    """
    columns = (
        Column(name="citation", title="Report"),
        Column(name="doi", title="DOI"),
        Column(name="reason", title="Reason"),
    )
    made = tuple(
        (
            Cell(row.text["citation"], anchor=f"excluded-{row.number}"),
            _doi_cell(row),
            _plain(row, "reason"),
        )
        for row in rows
    )
    return Table(id="excluded", title="Reports excluded, with reasons", columns=columns, rows=made)


def source_cell(row: Row) -> Cell:
    """Name where a row was read, with its place, leading to its address."""
    parts = (row.text["source"], row.text["locator"])
    return Cell(", ".join(part for part in parts if part) or "not recorded", href=row.text["source_url"])


def _not_recorded(rows: Sequence[Row]) -> tuple[str, ...]:
    """Name what a reader expects of the studies' characteristics (PRISMA 2020, item 17) and is not there."""
    absent = [title for name, title in EXPECTED.items() if not any(row.text[name] for row in rows)]
    return (f"Not recorded of any study: {', '.join(absent)}.",) if absent and rows else ()


def _study_row(
    row: Row,
    labels: Mapping[str, str],
    *,
    arms: Sequence[str],
    outcomes: Sequence[str],
    used: str,
    analysed: int | None,
    judged: str,
) -> tuple[Cell, ...]:
    covered = [part.strip() for part in row.text["covers"].split(";")]
    listed = {
        "label": Cell(row.text["label"], anchor=f"studies-{row.number}"),
        "arms": Cell("; ".join(arms)),
        "outcomes": Cell("; ".join(outcomes)),
        "used": Cell(used),
        "analysed": Cell("" if analysed is None else f"{analysed:,}", analysed),
        "bias": Cell(judged),
        "covers_text": Cell("; ".join(labels.get(part) or part for part in covered)),
        "doi": _doi_cell(row),
        "pmid": _pubmed_cell(row),
        "source": source_cell(row),
    }
    return tuple(listed.get(c.name) or _plain(row, c.name) for c in _STUDY_COLUMNS)


def _plain(row: Row, name: str) -> Cell:
    value = row.value[name]
    text = f"{value:,}" if name in COUNTED and isinstance(value, int) else row.text[name]
    return Cell(text, float(value) if isinstance(value, int | float) else None)


def _doi_cell(row: Row) -> Cell:
    doi = row.text["doi"].removeprefix("https://doi.org/").removeprefix("doi:").strip()
    return Cell(doi, href=f"https://doi.org/{doi}" if doi.startswith("10.") else "")


def _pubmed_cell(row: Row) -> Cell:
    pmid = row.text["pmid"]
    return Cell(pmid, href=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid.isdecimal() else "")


def _arms_by_study(rows: Sequence[Row]) -> dict[str, list[str]]:
    arms: dict[str, list[str]] = {}
    for row in rows:
        dose, background = row.text["dose_text"], row.text["background"]
        treatment = row.text["treatment"]
        words = f"{treatment} {dose}".strip() if not _says(dose, treatment) else dose
        words += f" + {background}" if background and background not in words else ""
        n = _plain(row, "n_randomised").text
        arms.setdefault(row.text["study_id"], []).append(f"{words} ({n})" if n else words)
    return arms


def _says(dose: str, treatment: str) -> bool:
    """Whether the dose text names the treatment already, in full or as the sum of its parts."""
    return all(part.strip() in dose for part in treatment.split("+"))


def _outcomes_by_study(tables: Mapping[str, Sequence[Row]]) -> dict[str, list[str]]:
    labels = {row.text["outcome_id"]: row.text["label"] for row in tables["outcomes"]}
    found: dict[str, list[str]] = {}
    for row in (*tables["results"], *tables["contrasts"]):
        label = labels.get(row.text["outcome_id"], row.text["outcome_id"])
        listed = found.setdefault(row.text["study_id"], [])
        if label not in listed:
            listed.append(label)
    return found
