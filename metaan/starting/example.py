"""The small review that `metaan init` writes: made-up trials, and a plan whose comments explain every key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.starting.written import table_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["example_files"]

MADE_UP = "Made up for this example; there is no such trial"
PLACE = "nowhere: replace it by the page or table of the report"
ARMS = (("drug", "drug A"), ("placebo", "placebo"))
TRIALS = (
    ("Alder", 2001, (60, 31), (58, 20), (6.1, 2.4), (5.0, 2.6)),
    ("Birch", 2004, (120, 70), (119, 49), (5.8, 2.2), (4.9, 2.3)),
    ("Cedar", 2009, (45, 24), (47, 19), None, None),
    ("Doum", 2013, (210, 118), (205, 93), (6.0, 2.5), (5.3, 2.4)),
    ("Elder", 2018, (88, 41), (90, 36), (5.5, 2.1), (5.1, 2.2)),
)
"""Name, year, (n, responders) of drug and placebo, mean and SD of relief in both."""

PLAN = """\
# The plan of a review: what is asked, what is pooled, and how. A line that begins with # is a comment.
# Everything in this folder is made up: replace the tables and this plan by your own, then run
#   metaan check FOLDER                 every fault at once, with its place and what to do
#   metaan report FOLDER --out REPORT   figures, tables, numbers and one HTML page

schema = 1    # version of this layout; leave it

[review]
title = "An example with made-up trials: drug A against placebo"
question = "In made-up patients, does drug A relieve pain more than placebo?"
authors = ["A. N. Example"]                     # names, as they shall be printed
registration = ""                               # such as a PROSPERO number
protocol = ""                                   # where the protocol can be read
# published = 2026-01-31                        # day of publication, once there is one
reference = "placebo"                           # the treatment that effects are stated against
treatments = ["placebo", "drug A"]              # nodes of treatments.csv, in the order of the tables
questions = [{ treat1 = "drug A", treat2 = "placebo" }]    # pairs; an effect is treat1 against treat2
seed = 20261123                                 # for what is drawn at random; any whole number
search = "not recorded"                         # databases and dates
eligibility = "not recorded"                    # who and what was eligible
selection = "not recorded"                      # how many people chose among the reports, and how
collection = "not recorded"                     # how many people took the numbers from them, and how
funding = "not recorded"                        # who supported the review
interests = "not recorded"                      # competing interests of its authors
findings = []                                   # analyses that the summary of findings shows, at most 7
rob_palette = "metaan"                          # colours of risk of bias; or "cochrane"
# Printed at the top of the report, each as a paragraph.
cautions = ["Every trial in this review is made up to show the layout; it says nothing about any treatment."]
figure_cautions = { rob = "", flow = "" }    # a line inside the figures that show rob.csv or flow.csv

[defaults]                      # hold for every analysis that does not say otherwise
method = "REML"                 # tau2 by REML, DL, PM, PMM, ML, EB, SJ, HE, HS, HSk, DLIT; EE: common effect
test = "cochrane"               # Hartung-Knapp where k > 2 and tau2 > 0, otherwise Wald; or hksj, adhoc, t, z
level = 0.95                    # confidence level
measure_binary = "RR"           # RR, OR or RD for outcomes that are counted
measure_continuous = "MD"       # MD or SMD for outcomes that are measured
arms = "every_trial"            # of a report that sums trials, arms that all of them had; or "all"
nodes = "drug"                  # nodes of treatments.csv; or "dose" for split_node of arms.csv
status = ["extracted", "derived"]    # rows that may enter; "imputed" is the third
use = ["pool"]                  # rows that may enter; "sensitivity" is the other
background = "any"              # or "none" for arms without background treatment
routes = []                     # such as ["oral"]; empty for all
exclude_rob = []                # overall judgements of rob.csv that keep a study out, such as ["high"]
exclude_studies = []            # ids of studies.csv that stay out
read_bounds = false             # true reads p-values printed as p < x at their bound
journal = "metaan"              # whose forest plots: bmj, jama, revman, lancet, nature, plos, bmc
formats = ["svg", "pdf", "png"]    # files of each figure; "tiff" and "eps" too
sort = "plan"                   # studies of forest plots by "year", "effect", "weight" or "label"
axis = "fitted"                 # or "symmetric": forest plots reach equally far on both sides of no effect

# ---------------------------------------------------------------- analyses

[[analysis]]
id = "response"                 # short name: lower-case letters, digits, - and _; names files and links
title = "Response to treatment"
question = "Do more patients respond?"
outcomes = ["response"]         # outcome_id of outcomes.csv; several are pooled together, the first first
measure = "RR"                  # instead of the default
timepoints = []                 # times of results.csv that may enter; empty for all
timepoint_rule = ""             # how times were chosen; needed where different ones are pooled
scale_rule = ""                 # why scales go together; needed where different ones are pooled
network = false                 # true for a network of three or more treatments
prespecified = true             # false for what was decided after seeing the data
margin = 1.25                   # smallest difference that matters: a ratio here, points of the scale for MD;
                                # or a threshold on each side of no effect, such as [0.8, 1.5]
sensitivity = ["odds-ratio", "common-effect"]    # ids from below; without this key every one that fits
notes = ["Made-up data."]       # printed with the results

[[analysis]]
id = "relief"
title = "Relief of pain"
question = "Is the pain relieved more?"
outcomes = ["relief"]
measure = "MD"
network = false
# subgroup = "condition"        # column of studies.csv whose groups the forest plot shows apart
# baseline_risk = 0.12          # risk with the reference, for absolute effects of binary outcomes
# baseline_source = ""          # where that risk comes from
# direction = "higher_better"   # only where outcomes that point both ways are pooled as SMD
# funnel_order = []             # networks: treatments that small studies might favour least to most
# funnel_order_is = ""          # what that order is, such as "from older to newer"

# ---------------------------------------------------------------- a tool for risk of bias of your own
# rob.csv names it by its id; RoB 2, ROBINS-I, ROBINS-E, QUADAS-2 and others are known without this.

# [[rob_tool]]
# id = "ours"                   # as rob.csv names it
# name = "Our checklist"        # as it is printed
# domains = [{ id = "A", title = "Allocation" }, { id = "B", title = "Blinding" }]    # without overall
# levels = [{ word = "yes", severity = "low" }, { word = "no", severity = "high" }]    # from best to worst

# ---------------------------------------------------------------- sensitivity analyses
# Each changes some of the choices above, for the analyses that it fits.

[[sensitivity]]
id = "odds-ratio"
label = "Odds ratio"            # as the table prints it
kind = "binary"                 # binary or continuous; without this key both
measure = "OR"

[[sensitivity]]
id = "common-effect"
label = "Common effect"
method = "EE"

[[sensitivity]]
id = "without-cedar"
label = "Without the smallest trial"
analyses = ["response"]         # ids from above; without this key every one that it fits
exclude_studies = ["Cedar2009"]
notes = ["Made up too."]
"""

README = """\
# An example review: every trial in it is made up

This folder holds a whole review that runs at once. Its trials are named after trees, and no such trial was
ever done: replace them by your own.

    metaan check FOLDER                  # every fault at once: file, row, column, what to do
    metaan report FOLDER --out REPORT    # figures, tables, numbers, one HTML page

| file | holds |
|---|---|
| `review.toml` | what is asked, what is pooled, and how; its comments explain every key |
| `studies.csv` | one row for each trial |
| `arms.csv` | one row for each randomised arm |
| `treatments.csv` | labels as extracted, and the node that each belongs to |
| `outcomes.csv` | one row for each outcome, with the direction that is good for the patient |
| `results.csv` | the numbers: one row for each arm, outcome and time, with source, place and words read |

Cells that a report does not give stay empty, or say NR (not reported) or NA (not applicable). `status` says
whether a figure was printed (extracted), computed (derived) or assumed (imputed); `use` whether it is pooled.
Other tables that may stand here: `contrasts.csv` for trials that report only a difference, `rob.csv` for risk
of bias, `missing.csv`, `excluded.csv` and `flow.csv`.

To start from a file of your own instead: `metaan init FOLDER --from FILE`.
"""


def example_files() -> dict[str, bytes]:
    """Write the example review.

    Returns
    -------
    dict of str to bytes
        review.toml, five tables and README.md.

    Examples
    --------
    >>> sorted(example_files())[:3]
    ['README.md', 'arms.csv', 'outcomes.csv']
    """
    outcomes = [
        {
            "outcome_id": "response",
            "label": "Response to treatment",
            "domain": "global",
            "kind": "binary",
            "direction": "higher_better",
            "preferred_timepoint": "4 weeks",
            "notes": "Made up.",
        },
        {
            "outcome_id": "relief",
            "label": "Relief of pain",
            "domain": "pain",
            "kind": "continuous",
            "scale_name": "relief rating from 0 (none) to 10 (complete)",
            "scale_min": "0",
            "scale_max": "10",
            "direction": "higher_better",
            "mid": "1",
            "preferred_timepoint": "4 weeks",
            "notes": "Made up.",
        },
    ]
    treatments = [
        {"raw_label": name, "node": name, "treatment": name, "notes": "Made up."} for _, name in ARMS
    ]
    return {
        "review.toml": PLAN.encode(),
        "studies.csv": table_bytes("studies", list(_studies())),
        "arms.csv": table_bytes("arms", list(_arms())),
        "treatments.csv": table_bytes("treatments", treatments),
        "outcomes.csv": table_bytes("outcomes", outcomes),
        "results.csv": table_bytes("results", list(_results())),
        "README.md": README.encode(),
    }


def _studies() -> Iterator[Mapping[str, str]]:
    for name, year, drug, placebo, *_ in TRIALS:
        yield {
            "study_id": f"{name}{year}",
            "label": f"{name} {year} (made up)",
            "year": str(year),
            "design": "made up: parallel groups",
            "n_randomised": str(drug[0] + placebo[0]),
            "n_trials": "1",
            "notes": "Made up.",
            "source": MADE_UP,
            "locator": PLACE,
        }


def _arms() -> Iterator[Mapping[str, str]]:
    for name, year, *sizes in TRIALS:
        for (arm, treatment), size in zip(ARMS, sizes[:2], strict=True):
            assert size is not None
            yield {
                "study_id": f"{name}{year}",
                "arm_id": arm,
                "treatment": treatment,
                "n_randomised": str(size[0]),
                "source": MADE_UP,
                "locator": PLACE,
            }


def _results() -> Iterator[Mapping[str, str]]:
    for name, year, drug, placebo, relief, unrelieved in TRIALS:
        for (arm, _), (n, events) in zip(ARMS, (drug, placebo), strict=True):
            cells = {"outcome_id": "response", "value_type": "event", "n": str(n), "events": str(events)}
            yield _result(f"{name}{year}", arm, cells)
        for (arm, _), (n, _events), spread in zip(ARMS, (drug, placebo), (relief, unrelieved), strict=True):
            if spread is not None:
                cells = {"outcome_id": "relief", "value_type": "final", "n": str(n)}
                yield _result(f"{name}{year}", arm, cells | {"mean": str(spread[0]), "sd": str(spread[1])})


def _result(study: str, arm: str, cells: Mapping[str, str]) -> Mapping[str, str]:
    row = {"study_id": study, "arm_id": arm, "timepoint": "4 weeks", **cells}
    row |= {"reported_as": cells["outcome_id"], "status": "extracted", "use": "pool"}
    return row | {"source": MADE_UP, "locator": PLACE}
