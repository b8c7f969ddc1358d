"""What the tables of a review hold: every table and column, as data.

A review is one folder with `review.toml` and these CSV tables. Reading, checking, documentation and the
field dictionary of the report all follow from `TABLES`.
"""

from __future__ import annotations

from dataclasses import dataclass

from metaan.results.grading import CERTAINTIES, DOMAINS, SIZES

__all__ = ["MISSING_CODES", "TABLES", "Column", "Table", "field_dictionary"]

MISSING_CODES = {"": "empty", "NR": "not reported", "NA": "not applicable"}
"""Texts of a number that is not there, with what they mean."""

_TYPES = {
    "integer": "integer",
    "count": "integer",
    "size": "integer",
    "year": "year",
    "number": "number",
    "percent": "number",
    "spread": "number",
    "probability": "number",
}

_LIMITS: dict[str, dict[str, float]] = {
    "count": {"minimum": 0},
    "size": {"minimum": 1},
    "spread": {"minimum": 0},
    "percent": {"minimum": 0, "maximum": 100},
    "probability": {"minimum": 0, "maximum": 1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Heading in the file.
    kind : str
        text, id, integer (whole, may be negative), count (whole, 0 or more), size (whole, 1 or more),
        number, percent (0 to 100), spread (0 or more), probability (0 to 1), choice, year, url.
    meaning : str
        One sentence for the field dictionary, with the unit.
    required : bool
        The column must be there.
    filled : bool
        Its cells must not be empty.
    choices : tuple of str
        Allowed texts of a choice.
    points_to : str
        "table.column" that must hold the value; empty where it points nowhere.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    filled: bool = False
    choices: tuple[str, ...] = ()
    points_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One CSV table: its file, key and columns."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    @property
    def file(self) -> str:
        """The file's name, such as `results.csv`."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """Find a column by its heading; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _key(name: str, meaning: str, points_to: str = "") -> Column:
    return Column(name=name, kind="id", meaning=meaning, required=True, filled=True, points_to=points_to)


def _text(name: str, meaning: str) -> Column:
    return Column(name=name, kind="text", meaning=meaning)


def _number(name: str, kind: str, meaning: str) -> Column:
    return Column(name=name, kind=kind, meaning=meaning)


def _choice(name: str, meaning: str, *choices: str, filled: bool = False) -> Column:
    return Column(name=name, kind="choice", meaning=meaning, required=filled, filled=filled, choices=choices)


_PROVENANCE = (
    _text("source", "Publication, registry record or label the row was read in."),
    Column(name="source_url", kind="url", meaning="Address of that text."),
    _text("locator", "Place in the source: page, table, section."),
    _text("quote", "The words read there."),
)

_EXTRACTION = (
    _choice(
        "status",
        "extracted: as printed; derived: computed from what was printed; imputed: assumed.",
        "extracted",
        "derived",
        "imputed",
        filled=True,
    ),
    _choice(
        "use",
        "pool: enters analyses; sensitivity: enters only those that ask for it; check: kept to check other"
        " rows; list: shown, not pooled, for the reason given.",
        "pool",
        "sensitivity",
        "check",
        "list",
        filled=True,
    ),
    _text("reason", "Why the row is not pooled; empty where it is."),
    _text("derivation", "How a derived or imputed figure came about, or a caution about a printed one."),
    *_PROVENANCE,
    _text("extractor", "Who read the row."),
    _text("checked_by", "Who read it again."),
)

_STUDIES = Table(
    name="studies",
    meaning="One row per unit of analysis: a trial, or a report that sums several trials.",
    key=("study_id",),
    required=True,
    columns=(
        _key("study_id", "Short name of the unit, used in every other table."),
        Column(name="label", kind="text", meaning="Name to print.", required=True, filled=True),
        Column(name="year", kind="year", meaning="Year of the report."),
        _text("country", "Where the trial ran."),
        _text("design", "Design as described by the report."),
        _text("condition", "Condition of the participants."),
        _number("n_randomised", "size", "Participants randomised."),
        _number("mean_age", "spread", "Mean age of the participants (years)."),
        _number("percent_female", "percent", "Share of women among the participants (percent)."),
        _number("duration_days", "spread", "Length of treatment (days)."),
        _text("funding", "Who paid."),
        _text("registration", "Registry number."),
        _text("doi", "Digital object identifier of the main report."),
        _text("pmid", "PubMed number of the main report."),
        _number("n_trials", "size", "Trials summed in this unit; more than 1 marks a pooled report."),
        _text("covers", "Ids of the units that this one sums, separated by semicolons."),
        _text("notes", "What a reader must know."),
        *_PROVENANCE,
    ),
)

_ARMS = Table(
    name="arms",
    meaning="One row per randomised arm.",
    key=("study_id", "arm_id"),
    required=True,
    columns=(
        _key("study_id", "The unit.", "studies.study_id"),
        _key("arm_id", "Short name of the arm within its unit."),
        Column(
            name="treatment",
            kind="id",
            meaning="Label as extracted; treatments.csv gives its node.",
            required=True,
            filled=True,
            points_to="treatments.raw_label",
        ),
        _text("split_node", "Node when doses and formulations are split, such as 'cyclobenzaprine 5 mg'."),
        _text("dose_text", "Dose as printed."),
        _number("dose_mg_per_day", "spread", "Milligrams a day where the text gives one figure."),
        _text("route", "oral, intravenous, ..."),
        _text("formulation", "immediate release, extended release, ..."),
        _text("background", "Treatment given to every arm; empty for monotherapy."),
        _number("n_randomised", "size", "Participants randomised to the arm."),
        _choice(
            "in_every_trial",
            "no: the arm comes from only some of the trials that a pooled report sums, so its comparison is"
            " not purely within trials; empty means yes.",
            "yes",
            "no",
        ),
        _text("notes", "What a reader must know."),
        *_PROVENANCE,
    ),
)

_OUTCOMES = Table(
    name="outcomes",
    meaning="One row per measured outcome or scale.",
    key=("outcome_id",),
    required=True,
    columns=(
        _key("outcome_id", "Short name of the outcome."),
        Column(name="label", kind="text", meaning="Name to print.", required=True, filled=True),
        _text("domain", "What it measures: pain, function, adverse event, ..."),
        _choice("kind", "binary: events of n; continuous: mean and SD.", "binary", "continuous", filled=True),
        _text("scale_name", "Instrument of a continuous outcome."),
        _number("scale_min", "number", "Lowest possible value (units of the scale)."),
        _number("scale_max", "number", "Highest possible value (units of the scale)."),
        _choice("direction", "Which way is good for the patient.", "higher_better", "lower_better"),
        _number("mid", "number", "Smallest difference that matters, on both sides (units of the scale)."),
        _number("mid_low", "number", "Smallest decrease that matters, below 0, where the sides differ."),
        _number("mid_high", "number", "Smallest increase that matters, above 0, where the sides differ."),
        _text("preferred_timepoint", "Time point that the review prefers."),
        _text("notes", "What a reader must know."),
    ),
)

_RESULTS = Table(
    name="results",
    meaning="One row per arm, outcome and time point, as printed; absent where only differences are known.",
    key=("study_id", "arm_id", "outcome_id", "timepoint", "reported_as"),
    columns=(
        _key("study_id", "The unit.", "studies.study_id"),
        _key("arm_id", "The arm.", "arms.arm_id"),
        _key("outcome_id", "The outcome.", "outcomes.outcome_id"),
        Column(name="timepoint", kind="text", meaning="When it was measured.", required=True),
        _text("reported_as", "The outcome's name in the source."),
        _text("population", "ITT, PP, safety, completers, ... as far as stated."),
        _choice("value_type", "What a continuous value is.", "final", "change", "event"),
        _number("n", "size", "Participants analysed."),
        _number("events", "count", "Participants with the event."),
        _number("percent", "percent", "Percentage as printed, where no count was printed."),
        _number("mean", "number", "Mean (units of the scale)."),
        _number("sd", "spread", "Standard deviation (units of the scale)."),
        _number("se", "spread", "Standard error of the mean (units of the scale)."),
        _number("ci_low", "number", "Lower confidence limit of the mean."),
        _number("ci_high", "number", "Upper confidence limit of the mean."),
        _number("ci_level", "percent", "Level of that interval in percent; empty means 95."),
        _number("median", "number", "Median (units of the scale)."),
        _number("q1", "number", "First quartile."),
        _number("q3", "number", "Third quartile."),
        _number("min", "number", "Smallest value."),
        _number("max", "number", "Largest value."),
        _choice("qualifier", "Sign before the printed figure; empty means =.", "=", "<", "<=", ">", ">="),
        *_EXTRACTION,
    ),
)

_CONTRASTS = Table(
    name="contrasts",
    meaning="One row per difference that exists only as a difference; arm_id_1 minus arm_id_2.",
    key=("study_id", "arm_id_1", "arm_id_2", "outcome_id", "timepoint", "measure"),
    columns=(
        _key("study_id", "The unit.", "studies.study_id"),
        _key("arm_id_1", "First arm.", "arms.arm_id"),
        _key("arm_id_2", "Second arm.", "arms.arm_id"),
        _key("outcome_id", "The outcome.", "outcomes.outcome_id"),
        Column(name="timepoint", kind="text", meaning="When it was measured.", required=True),
        _text("reported_as", "The outcome's name in the source."),
        Column(
            name="measure",
            kind="choice",
            meaning="Effect measure; ratio measures are printed as ratios, not logs.",
            required=True,
            filled=True,
            choices=("OR", "RR", "RD", "HR", "IRR", "MD", "SMD"),
        ),
        _number("n_1", "size", "Participants analysed in the first arm."),
        _number("n_2", "size", "Participants analysed in the second arm."),
        _number("estimate", "number", "First minus second (ratios: first over second)."),
        _number("se", "spread", "Standard error (ratios: of the log)."),
        _number("ci_low", "number", "Lower confidence limit."),
        _number("ci_high", "number", "Upper confidence limit."),
        _number("ci_level", "percent", "Level of that interval in percent; empty means 95."),
        _number(
            "mean_difference",
            "number",
            "Difference of means as printed (units of the scale), where measure is SMD and its size follows"
            " from the p-value.",
        ),
        _number("p", "probability", "Two-sided p-value of a t-test of the difference."),
        _choice("p_qualifier", "Sign before the p-value; empty means =.", "=", "<", "<=", ">", ">="),
        Column(
            name="favours",
            kind="id",
            meaning="Arm that did better, where only a p-value gives the size.",
            points_to="arms.arm_id",
        ),
        _text("adjusted_for", "Covariates of an adjusted estimate."),
        _choice("qualifier", "Sign before the estimate; empty means =.", "=", "<", "<=", ">", ">="),
        *_EXTRACTION,
    ),
)

_TREATMENTS = Table(
    name="treatments",
    meaning="Labels as extracted and the node of the network that each belongs to.",
    key=("raw_label",),
    required=True,
    columns=(
        _key("raw_label", "Label as extracted."),
        Column(name="node", kind="id", meaning="Node: the drug.", required=True, filled=True),
        _text("treatment", "Name to print."),
        _text("class", "Pharmacological class."),
        _text("notes", "Why the label belongs there."),
    ),
)

_ROB = Table(
    name="rob",
    meaning="Risk of bias: judgements that somebody made, and facts that support one.",
    key=("study_id", "outcome_id", "tool", "domain"),
    columns=(
        _key("study_id", "The unit.", "studies.study_id"),
        Column(
            name="outcome_id",
            kind="id",
            meaning="The outcome judged; empty for the study as a whole.",
            points_to="outcomes.outcome_id",
        ),
        _text(
            "tool", "RoB 2, ROBINS-I, a [[rob_tool]] of review.toml, ...; empty where no tool was applied."
        ),
        Column(
            name="domain",
            kind="text",
            meaning="Domain of the tool, by its id or title, or 'overall'.",
            required=True,
            filled=True,
        ),
        Column(
            name="judgement",
            kind="text",
            meaning="A level of the tool, as judged by the source or the reviewer; 'not judged' where nobody"
            " did.",
            required=True,
            filled=True,
        ),
        _text("support", "The facts behind it."),
        _text("assessor", "Who judged."),
        *_PROVENANCE,
    ),
)

_MISSING = Table(
    name="missing",
    meaning="Trials known to exist whose results could not be used.",
    key=("study_id",),
    columns=(
        _key("study_id", "Short name of the trial."),
        Column(name="label", kind="text", meaning="Name to print.", required=True, filled=True),
        _text("comparison", "What was compared."),
        _number("n_enrolled", "size", "Participants enrolled."),
        _text("status", "What is known of the trial's state."),
        _text("why_missing", "Why no result of it is used."),
        *_PROVENANCE,
    ),
)

_EXCLUDED = Table(
    name="excluded",
    meaning="Reports excluded after full text, with the reason.",
    key=("citation",),
    columns=(
        _key("citation", "The report."),
        _text("doi", "Digital object identifier."),
        Column(name="reason", kind="text", meaning="Why it was excluded.", required=True, filled=True),
    ),
)

_FLOW = Table(
    name="flow",
    meaning="Counts of the PRISMA 2020 flow diagram, in the layout of the PRISMA2020 package.",
    key=("data",),
    columns=(
        _key("data", "Identifier of the count, such as records_screened."),
        _text("node", "Node of the diagram."),
        _text("box", "Box of the diagram."),
        _text("description", "What is counted."),
        _text("boxtext", "Text of the box."),
        _text("tooltips", "Tooltip of the box."),
        _text("url", "Link of the box."),
        _text("n", "The count."),
    ),
)

_GRADE = Table(
    name="grade",
    meaning="Certainty of the evidence by GRADE, as reviewers judged it; one row per outcome and comparison.",
    key=("analysis", "treat1", "treat2"),
    columns=(
        _key("analysis", "Id of the analysis in review.toml."),
        _key("treat1", "First treatment of the comparison: a node."),
        _key("treat2", "Second treatment: a node; the order does not matter."),
        _choice("certainty", "Certainty of the evidence.", *CERTAINTIES, filled=True),
        _choice(
            "start",
            "Where the certainty starts: high for randomised trials, low for observational studies; empty"
            " means high.",
            "high",
            "low",
        ),
        *(
            column
            for domain in DOMAINS
            for column in (
                _choice(domain.id, f"Judgement of the domain: {domain.title.lower()}.", *domain.steps),
                _text(f"{domain.id}_reason", f"Why: {domain.title.lower()}."),
            )
        ),
        _choice("size", "Size of the effect for a patient, as reviewers judged it.", *SIZES),
        _text("comment", "What a reader must know."),
        _text("assessor", "Who judged."),
        *_PROVENANCE,
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _STUDIES,
        _ARMS,
        _OUTCOMES,
        _RESULTS,
        _CONTRASTS,
        _TREATMENTS,
        _ROB,
        _MISSING,
        _EXCLUDED,
        _FLOW,
        _GRADE,
    )
}


def field_dictionary() -> dict[str, object]:
    """Describe every table as plain data, in the words of a Data Package.

    Returns
    -------
    dict
        `resources`: per table its name, path, description and schema (fields with type, meaning and
        constraints; primaryKey; foreignKeys; missingValues with labels).

    References
    ----------
    Frictionless Data Package and Table Schema, https://specs.frictionlessdata.io/.

    Examples
    --------
    >>> tables = field_dictionary()["resources"]
    >>> tables[0]["path"], tables[0]["schema"]["primaryKey"]
    ('studies.csv', ['study_id'])
    """
    return {
        "name": "review",
        "profile": "tabular-data-package",
        "resources": [_resource(table) for table in TABLES.values()],
    }


def _resource(table: Table) -> dict[str, object]:
    return {
        "name": table.name,
        "path": table.file,
        "title": table.meaning,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [_foreign_key(c) for c in table.columns if c.points_to],
            "missingValues": [{"value": value, "label": label} for value, label in MISSING_CODES.items()],
        },
    }


def _field(column: Column) -> dict[str, object]:
    constraints: dict[str, object] = dict(_LIMITS.get(column.kind, {}))
    if column.filled:
        constraints["required"] = True
    if column.choices:
        constraints["enum"] = list(column.choices)
    field: dict[str, object] = {
        "name": column.name,
        "type": _TYPES.get(column.kind, "string"),
        "description": column.meaning,
    }
    return field | ({"constraints": constraints} if constraints else {})


def _foreign_key(column: Column) -> dict[str, object]:
    """Point to the target; an arm is known within its study, so its key has two fields."""
    resource, _, field = column.points_to.partition(".")
    fields, targets = [column.name], [field]
    if resource == "arms":
        fields, targets = ["study_id", column.name], ["study_id", field]
    return {"fields": fields, "reference": {"resource": resource, "fields": targets}}
