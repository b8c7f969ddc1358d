"""The long help of each code of the catalogue: what to do about it, and an example."""

from __future__ import annotations

from dataclasses import dataclass

from metaan.review.catalogue import CATALOGUE

__all__ = ["EXPLANATIONS", "Explanation", "explanation_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What stands behind a code's rule and reason.

    Attributes
    ----------
    cure : str
        What to do, in sentences.
    example : str
        A case of it, and how it is mended.
    """

    cure: str
    example: str


_ENTRIES = (
    (
        "D001",
        "Put the file into the folder of the review, or fill it: results.csv or contrasts.csv must hold"
        " rows.",
        "results.csv is missing, or has its header and nothing below it.",
    ),
    (
        "D002",
        "Add the column to the header. Its meaning stands in the message and in datapackage.json of a"
        " report.",
        'results.csv has no column "arm_id", so that nobody can tell which arm a count belongs to.',
    ),
    (
        "D003",
        "Keep one of the two columns and give the other another name, or take it out.",
        'The header reads "study_id,n,events,n": which n is the number analysed?',
    ),
    (
        "D004",
        "Correct the column's name to the one that is suggested, or move its text into notes.",
        'A column "event" is never read; the known one is "events".',
    ),
    (
        "D005",
        'Save the file as "CSV (comma separated)"; in some countries spreadsheets write semicolons.',
        "S1;alpha;9;50 is one single cell; S1,alpha,9,50 are four.",
    ),
    (
        "D006",
        'Save the file again as "CSV UTF-8".',
        'The name "Rücker" saved in another encoding cannot be read, or reads "RÃ¼cker".',
    ),
    ("D007", "Write decimals with a point, in the whole file.", "mean = 3,5 becomes mean = 3.5."),
    (
        "D008",
        "Type the cell again; copying from a PDF or a web page often brings such characters along.",
        'A soft hyphen inside "pla\u00adcebo" makes it another treatment than "placebo".',
    ),
    (
        "D009",
        "Add the missing commas, take out the extra ones, or put a text with commas between quotation marks.",
        'S1,alpha,Oslo, Norway,9 has a cell too many; S1,alpha,"Oslo, Norway",9 is right.',
    ),
    (
        "D010",
        "Leave the plain number. Put a bound's sign into qualifier, and words into notes or quote.",
        'p_value = "<= 0.18" becomes p_value = 0.18 with p_qualifier = "<="; "5-10" has no single number.',
    ),
    (
        "D011",
        "Look the number up again. A standard deviation and a number of people are above 0, a percentage lies"
        " in 0 to 100, a count is whole.",
        "events = 12.5 is most often a percentage: put 12.5 into percent.",
    ),
    (
        "D012",
        "Look both numbers up again; perhaps they are swapped, or the count is a percentage.",
        "events = 41 with n = 38: the paper says 41% of 38, so percent = 41.",
    ),
    (
        "D013",
        "See whether the paper's ± is a standard error. If it is, move it from sd to se; if the effect is"
        " real,"
        " leave it, the warning stops nothing.",
        "mean 3.1, sd 0.2, n 60 against mean 2.4: 0.2 × sqrt(60) = 1.5 is the standard deviation.",
    ),
    (
        "D014",
        "See whether it is a standard error or a value of another scale; move it to se or correct"
        " outcome_id.",
        "Arms with sd 14.2, 13.8 and 1.9: the last is 1.9 = 14.5 / sqrt(58), a standard error.",
    ),
    (
        "D015",
        "Read all of them again in the paper. If the paper contradicts itself, keep what is used, and say so"
        " in"
        " derivation.",
        "RR 0.80 with 95% CI 0.60 to 1.30: on the log scale it is 0.29 below and 0.49 above.",
    ),
    (
        "D016",
        "Keep one row of the arm for each outcome and time, or set the other's use to list; give all"
        " differences"
        " of a study with three arms or more, or their arms' own numbers.",
        "One placebo group stands in two differences, alpha : placebo and beta : placebo, and alpha : beta is"
        " missing.",
    ),
    (
        "D017",
        "If it is one trial, keep one of the two, or name the other in covers; if it is chance, leave it.",
        "Two studies with one DOI, or arms with the same events, n, mean and sd in two studies.",
    ),
    (
        "D018",
        'Fill direction in outcomes.csv with "higher_better" or "lower_better"; for an analysis of both'
        " kinds,"
        " give the analysis a direction.",
        "Pain relief (higher is better) and pain intensity (lower is better) in one analysis.",
    ),
    (
        "D019",
        "Declare timepoint_rule or scale_rule in the analysis, in words that a reader understands, or choose"
        " timepoints.",
        'In [[analysis]]: timepoint_rule = "The time point nearest to one week", or timepoints = ["1 week"].',
    ),
    (
        "D020",
        "Pool them as mean differences, choose one value_type, or analyse them apart.",
        "One study reports the final score, another the change from baseline, and measure is SMD.",
    ),
    (
        "D021",
        "Look for what is missing (a standard deviation, a number analysed); else set use to list, with a"
        " reason.",
        "A mean without sd, se, ci_low and ci_high.",
    ),
    (
        "D022",
        "Fill source, and locator or quote.",
        'source = "doi:10.1000/xyz", locator = "Table 2", quote = "9 of 50 had no pain".',
    ),
    (
        "D023",
        "Nothing can mend missing trials: read the parts of the network apart. If two names mean one"
        " treatment,"
        " give them one node in treatments.csv.",
        "alpha : placebo and beta : sham have no treatment in common; sham may be a placebo.",
    ),
    (
        "D024",
        "Use one of the tool's levels, and judge every study that is included.",
        'judgement = "lowish" becomes judgement = "low", or "some concerns".',
    ),
    (
        "D025",
        "Add up the boxes again; every report that comes in must go out somewhere.",
        "120 records screened, 90 excluded, 25 sought: five are nowhere.",
    ),
    (
        "D026",
        "Type the cell again in a plain editor, or format the column as text before it is filled.",
        '"Mar-12" was 3/12 or 3-12; "1.23E+07" was an eight-digit registration number.',
    ),
    (
        "D027",
        "Look it up again; it may belong to another scale, or scale_min and scale_max are wrong.",
        "On a scale of 0 to 10 no standard deviation of 50 people exceeds 5.05.",
    ),
    (
        "D028",
        "Name the covered study in covers, and set use to list for one of the two forms.",
        "A report that sums two trials stands beside one of the two.",
    ),
    (
        "D029",
        "Fill ci_level with the level that the paper names.",
        'quote = "98.3% CI 0.1 to 0.9" with ci_level empty becomes ci_level = 98.3.',
    ),
    (
        "D030",
        "Correct the name, or add its row to the table that it points to.",
        'arm_id = "plc" in results.csv, while arms.csv of that study has "placebo".',
    ),
    (
        "D031",
        "Take out one of the two rows, or tell them apart by what makes the key (study, arm, outcome, time).",
        "Two rows with the same study_id, arm_id, outcome_id and timepoint.",
    ),
    ("D032", "Fill the cell.", "A row of results.csv without outcome_id."),
    (
        "D033",
        "Use one of the values that the message lists.",
        'status = "calculated" becomes status = "derived".',
    ),
    (
        "D034",
        "If both mean one thing, write it in one way everywhere; if not, leave it, the warning stops"
        " nothing.",
        '"paracetamol 500mg" and "Paracetamol 500 mg" as two treatments.',
    ),
    (
        "D035",
        "Write the name in Latin, Greek or Cyrillic letters, without emoji; the page itself shows all.",
        "A study label in Chinese, or with an emoji, becomes boxes in a PDF figure.",
    ),
    ("D036", "Name the second arm of the difference.", 'arm_id_1 = "alpha", arm_id_2 = "alpha".'),
    (
        "D037",
        "Move the figures to the outcome that they belong to, or correct its kind in outcomes.csv.",
        'mean = 3.2 in a row of an outcome with kind = "binary".',
    ),
    (
        "D040",
        "Name the analysis by its id in review.toml and the treatments by their nodes in treatments.csv.",
        'analysis = "pian" in grade.csv, where review.toml has an analysis "pain".',
    ),
    (
        "D041",
        "Add the analysis to findings in review.toml, or take the rating out of grade.csv.",
        'A rating of "nausea", where findings = ["pain", "dizziness"].',
    ),
    (
        "D042",
        "Correct the certainty or its judgements, and write a reason for each judgement.",
        "high with one serious concern: from high, one level down is moderate.",
    ),
    (
        "D043",
        "Write mid for both sides, or mid_low (below 0) with mid_high (above 0) where they differ.",
        "mid_low = 5 and mid_high = 10, where a fall by 5 points matters: mid_low is -5.",
    ),
    (
        "C001",
        "Put review.toml into the folder of the review, or name the folder that has it.",
        "metaan report my-review, where my-review holds studies.csv and no review.toml.",
    ),
    (
        "C002",
        "Mend the line that is named, or the one before it.",
        'title = Pain becomes title = "Pain"; treatments = \'a\', \'b\' becomes treatments = ["a", "b"].',
    ),
    (
        "C003",
        "Use the key that is suggested, or take the line out.",
        'metod = "REML" becomes method = "REML".',
    ),
    (
        "C004",
        "Give a value of the kind that the message names.",
        'level = "95%" becomes level = 0.95.',
    ),
    ("C005", "Give one of the two another id.", 'Two [[analysis]] tables with id = "pain".'),
    (
        "C006",
        "Correct the name, or add the outcome to outcomes.csv.",
        'outcomes = ["pian"], while outcomes.csv has "pain".',
    ),
    (
        "C007",
        "Correct the name, or give a treatment of treatments.csv that node.",
        'reference = "Placebo", while the node is "placebo".',
    ),
    (
        "C008",
        "Correct the id, or add the analysis or sensitivity to the plan.",
        'sensitivity = ["no-hihg-risk"], while the plan has "no-high-risk".',
    ),
    (
        "C009",
        "Widen what it selects (outcomes, timepoints, use, status), or take it out of the plan.",
        'timepoints = ["1 week"], while every row says "7 days".',
    ),
    (
        "C010",
        "Choose OR, RR or RD for counts, MD or SMD for means.",
        'measure = "MD" in an analysis of an outcome with kind = "binary".',
    ),
    (
        "C011",
        "Correct the id to the one of studies.csv.",
        'exclude_studies = ["smith-2001"], while the id is "smith2001".',
    ),
    (
        "C012",
        "Name two treatments.",
        'treat1 = "alpha", treat2 = "alpha".',
    ),
    (
        "C013",
        "Give a baseline_risk to analyses of binary outcomes only, with its baseline_source.",
        "baseline_risk = 0.12 without baseline_source, or for a mean difference.",
    ),
    (
        "C014",
        "Write one number above 0 (a ratio other than 1), or the lower threshold and then the upper one.",
        "margin = [1.5, 0.8] for a risk ratio becomes margin = [0.8, 1.5].",
    ),
)

EXPLANATIONS: dict[str, Explanation] = {
    code: Explanation(cure=cure, example=example) for code, cure, example in _ENTRIES
}


def explanation_text(code: str) -> str:
    """Write all that is known of a code, for a person.

    Parameters
    ----------
    code : str
        One of the catalogue.

    Returns
    -------
    str
        Severity and rule, why it matters, what to do, an example.

    Examples
    --------
    >>> print(explanation_text("D012"))
    D012 (error): no more events than participants, no more analysed than randomised
    <BLANKLINE>
    Why it matters: A count cannot exceed the number it was counted among.
    <BLANKLINE>
    What to do: Look both numbers up again; perhaps they are swapped, or the count is a percentage.
    <BLANKLINE>
    Example: events = 41 with n = 38: the paper says 41% of 38, so percent = 41.
    <BLANKLINE>
    An error: nothing is computed until it is mended.
    """
    rule, known = CATALOGUE[code], EXPLANATIONS[code]
    weight = (
        "An error: nothing is computed until it is mended."
        if rule.severity == "error"
        else "A warning: the report is made all the same, and lists it."
    )
    return "\n\n".join(
        (
            f"{code} ({rule.severity}): {rule.rule}",
            f"Why it matters: {rule.why}",
            f"What to do: {known.cure}",
            f"Example: {known.example}",
            weight,
        )
    )
