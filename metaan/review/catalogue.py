"""The catalogue of faults that the check knows, as data: code, severity, rule and why it matters.

D codes are faults of the tables, C codes faults of `review.toml`. D001 to D029 keep their numbers for good;
new rules take the next free one.

How three rules are read in this data model:

* D016. Arms of one study that belong to one node are merged, so two arm rows of one node are not counted
  twice, and one arm in several comparisons of a network is carried by the covariance of its trial. An arm is
  counted twice when it has two rows of one outcome and time that are both to be pooled; when two differences
  of one study join the same two nodes (they share participants and cannot be merged); and when differences of
  one study share an arm but the set is not complete, so that a network cannot know their covariance.
* D019, D020. Only rows that enter the analysis count, and a declared rule (`timepoint_rule`, `scale_rule`)
  silences D019.
* D023. A study whose pooled rows of an analysis belong to one arm only is an error; arms that all belong to
  one node are merged and compare nothing, which the analysis lists.
* D024, D025. Silent where nobody judged ("not judged", or no judgement in the whole of rob.csv) and where a
  count is not recorded. Tools are those of `metaan.appraisal` and the tables [[rob_tool]] of review.toml.
* D028. Asked of the rows that are to be pooled, before a trial's one form is chosen: what the analysis would
  set aside by itself must be marked in the table.
* D029. A row names a level in its words (quote, derivation) while ci_level is empty, or a standard error
  follows from the interval only if that were a 95 % one.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CATALOGUE", "Rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the catalogue.

    Attributes
    ----------
    code : str
        Such as D012; stable.
    severity : str
        "error" (nothing is computed until it is mended) or "warning".
    rule : str
        What must hold, as one clause.
    why : str
        Why it matters, as one sentence.
    """

    code: str
    severity: str
    rule: str
    why: str


_ENTRIES = (
    ("D001", "error", "a table is there and holds rows", "Without it there is nothing to analyse."),
    ("D002", "error", "every needed column is there", "A missing column leaves every row without that fact."),
    ("D003", "error", "a column stands once", "With two columns of one name nobody knows which one counts."),
    (
        "D004",
        "error",
        "every column is a known one",
        "A column under another name is never read, and its numbers would be lost in silence.",
    ),
    (
        "D005",
        "error",
        "cells are separated by commas",
        "Another separator makes the file one single column to most programs.",
    ),
    ("D006", "error", "the file is UTF-8 text", "Another encoding garbles names and signs."),
    ("D007", "error", "decimals have a point", "A decimal comma reads as another number, or as two cells."),
    (
        "D008",
        "error",
        "no control characters",
        "They cannot be seen, yet they make two equal names differ and can turn text round.",
    ),
    (
        "D009",
        "error",
        "every row has as many cells as the header",
        "In a ragged row the cells have slipped under the wrong headings.",
    ),
    (
        "D010",
        "error",
        "a number column holds plain numbers",
        "Text in a number column cannot be computed with, and a guess would change the data in silence.",
    ),
    (
        "D011",
        "error",
        "a number is within what it can be",
        "No count, percentage or spread can have this value.",
    ),
    (
        "D012",
        "error",
        "no more events than participants, no more analysed than randomised",
        "A count cannot exceed the number it was counted among.",
    ),
    (
        "D013",
        "warning",
        "a standardised difference is not above 2",
        "Effects this large hardly exist; most often a standard error was typed as a standard deviation.",
    ),
    (
        "D014",
        "warning",
        "standard deviations of one outcome resemble each other",
        "A spread far from the others is most often a standard error, or belongs to another scale.",
    ),
    (
        "D015",
        "warning",
        "estimate, interval, standard error and p-value agree",
        "Where they disagree, one of them was copied or computed wrongly.",
    ),
    (
        "D016",
        "error",
        "an arm counts once in an analysis",
        "Participants counted twice make the result look more certain than it is.",
    ),
    (
        "D017",
        "warning",
        "different studies and arms have different numbers",
        "Identical numbers are most often one trial published twice, or a row copied and not changed.",
    ),
    (
        "D018",
        "error",
        "the direction is stated and the same throughout an analysis",
        "With the direction unknown or mixed a benefit is counted as a harm.",
    ),
    (
        "D019",
        "error",
        "different scales or time points are pooled only under a declared rule",
        "A reader must be able to see what was put together and by which rule.",
    ),
    (
        "D020",
        "warning",
        "change scores and final scores are not standardised together",
        "Their standard deviations measure different things, so the standardised effects do not compare.",
    ),
    (
        "D021",
        "warning",
        "a row that is to be pooled can be",
        "It will be listed, not pooled, and the result rests on fewer data than the table suggests.",
    ),
    (
        "D022",
        "warning",
        "every number names its source and the place or words read there",
        "Nobody can check a number whose source is not recorded.",
    ),
    (
        "D023",
        "warning",
        "the network hangs together and every study in it compares something",
        "Treatments without a connecting path cannot be compared.",
    ),
    (
        "D024",
        "warning",
        "every study has a risk-of-bias judgement within its tool's domains and levels",
        "A judgement that is missing or unknown to its tool drops out of figures and of analyses by risk of"
        " bias.",
    ),
    (
        "D025",
        "error",
        "the counts of the flow diagram add up",
        "A flow diagram that does not add up hides reports that went missing.",
    ),
    (
        "D026",
        "warning",
        "no cell was rewritten by a spreadsheet",
        "Spreadsheets turn ranges into dates and long numbers into rounded ones when a file is opened.",
    ),
    (
        "D027",
        "warning",
        "a standard deviation is possible on its scale",
        "On a bounded scale it cannot exceed half the range times sqrt(n/(n-1)).",
    ),
    (
        "D028",
        "error",
        "a trial enters an analysis under one name and in one form",
        "The same participants would be counted twice under two names.",
    ),
    (
        "D029",
        "warning",
        "an interval is read at its own level",
        "Read at another level an interval gives a standard error that is too large or too small: 98.3% read"
        " as 95% a quarter too large, 90% read as 95% a sixth too small.",
    ),
    (
        "D030",
        "error",
        "a name that points to another table is found there",
        "The row cannot be joined to what it belongs to.",
    ),
    (
        "D031",
        "error",
        "a key stands once in its table",
        "Two rows of one key would count the same fact twice, or contradict each other.",
    ),
    ("D032", "error", "a needed cell is filled", "Without it the row cannot be understood."),
    (
        "D033",
        "error",
        "a cell holds one of the values its column allows",
        "A value outside the list is not understood and would be ignored.",
    ),
    (
        "D034",
        "warning",
        "one thing has one name",
        "Rows under two spellings of one name are analysed as two things.",
    ),
    (
        "D035",
        "warning",
        "a name that figures show has letters and signs that their font has",
        "PDF and PNG figures show every other letter as the same empty box, so two such names look alike.",
    ),
    ("D036", "error", "a difference is one of two arms", "An arm does not differ from itself."),
    (
        "D037",
        "warning",
        "a row has the figures of its kind of outcome",
        "Figures of the other kind are never read, and an outcome of the wrong kind loses all of its own.",
    ),
    (
        "D040",
        "error",
        "a rating of certainty names an analysis and two treatments of the review",
        "A rating of something unknown would be shown nowhere.",
    ),
    (
        "D041",
        "warning",
        "a rating of certainty is of something that the summary of findings shows",
        "It would stand in the file and be read by nobody.",
    ),
    (
        "D042",
        "warning",
        "a certainty follows from its start and its judgements, and each of these has a reason",
        "A reader must be able to follow how the certainty came about.",
    ),
    (
        "D043",
        "error",
        "a smallest difference that matters is one, the same on both sides or one on each",
        "What is shaded in a forest plot, and how likely an effect beyond it is, follow from it.",
    ),
    ("C001", "error", "review.toml is there and can be read", "It says what to analyse."),
    ("C002", "error", "review.toml is TOML", "A file that cannot be parsed cannot be followed."),
    (
        "C003",
        "error",
        "every key is a known one",
        "A mistyped key would be ignored, and the default used in its stead.",
    ),
    ("C004", "error", "every value has the kind its key asks for", "Another value cannot be followed."),
    ("C005", "error", "an id stands once", "Results are named by it; two of one name cannot be told apart."),
    ("C006", "error", "an outcome is one of outcomes.csv", "Nothing can be found for an unknown outcome."),
    (
        "C007",
        "error",
        "a treatment is a node of treatments.csv",
        "Nothing can be found for an unknown treatment.",
    ),
    (
        "C008",
        "error",
        "an analysis or sensitivity is one of the plan",
        "The plan asks for something it lacks.",
    ),
    ("C009", "error", "an analysis selects rows", "An analysis of nothing is a mistake in its selection."),
    (
        "C010",
        "error",
        "the measure fits the kind of outcome",
        "The measure cannot be computed from such data.",
    ),
    ("C011", "error", "a study is one of studies.csv", "An exclusion of an unknown study excludes nothing."),
    ("C012", "error", "a question compares two treatments", "A treatment does not differ from itself."),
    (
        "C013",
        "error",
        "a baseline risk is that of a binary outcome and says where it comes from",
        "Absolute effects follow from it, and a reader must be able to judge it.",
    ),
    (
        "C014",
        "error",
        "a margin is a difference, or two thresholds with no effect between them",
        "What is shaded in a forest plot, and how likely an effect beyond it is, follow from it.",
    ),
)

CATALOGUE: dict[str, Rule] = {
    code: Rule(code=code, severity=severity, rule=rule, why=why) for code, severity, rule, why in _ENTRIES
}
