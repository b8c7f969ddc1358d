"""review.toml as a person would write it: a comment above every key that needs one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from metaan.review.sheet import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.review.imports.facts import Draft, DraftAnalysis
    from metaan.types import Journal

__all__ = ["plan_text", "toml_string"]

HEAD = """\
# The plan of this review: what is asked, what is pooled with what, and how. The tables beside this file hold
# the numbers. A line that begins with # is a comment; “metaan check” names every fault with its line.

schema = 1                       # version of this layout; leave it

[review]
"""

DEFAULTS = """
[defaults]                       # hold for every analysis that does not say otherwise
method = "REML"                  # estimator of tau2: REML, DL, PM, ML, EB, SJ, HE, HS; EE for a common effect
test = "cochrane"                # Hartung-Knapp where k > 2 and tau2 > 0, else Wald; or hksj, adhoc, t, z
level = 0.95                     # confidence level
measure_binary = "RR"            # RR, OR or RD
measure_continuous = "MD"        # MD or SMD
{journal}    # whose figures: metaan, bmj, jama, revman, lancet, nature, plos, bmc
"""

SENSITIVITY = """
# ---------------------------------------------------------------- sensitivity analyses
# Each changes some choices of the analyses that it fits; remove the # to run one.

# [[sensitivity]]
# id = "common-effect"
# label = "Common effect"
# method = "EE"

# [[sensitivity]]
# id = "tau2-dl"
# label = "tau2 by DerSimonian-Laird"
# method = "DL"

# [[sensitivity]]
# id = "printed-only"
# label = "Without derived rows"
# status = ["extracted"]
"""


def plan_text(draft: Draft, journal: Journal = "metaan") -> str:
    """Write the plan of a draft.

    Parameters
    ----------
    draft : Draft
        What it is of.
    journal : str, default "metaan"
        Whose figures it is to have.

    Returns
    -------
    str
        The text of review.toml.
    """
    questions = "".join(
        f"    {{ treat1 = {toml_string(one)}, treat2 = {toml_string(other)} }},\n"
        for one, other in draft.questions
    )
    review = (
        f"title = {toml_string(draft.title)}\n"
        'question = "Not written yet: say whom, which treatments and which outcome the review is about."\n'
        "# authors = []                  # names, as they shall be printed\n"
        '# registration = ""             # such as a PROSPERO number\n'
        '# protocol = ""                 # where the protocol can be read\n'
        f"reference = {toml_string(draft.reference)}    # the treatment that effects are stated against\n"
        "# Nodes of treatments.csv, in the order in which tables list them.\n"
        f"treatments = {_list(draft.treatments)}\n"
        "# Pairs that the review asks about; an effect is treat1 against treat2.\n"
        f"questions = [\n{questions}]\n"
        '# search = "not recorded"       # databases, dates\n'
        '# eligibility = "not recorded"  # who and what was eligible\n'
        '# selection = "not recorded"    # how many people chose among the reports, and how\n'
        '# collection = "not recorded"   # how many people took the numbers from them, and how\n'
        '# funding = "not recorded"      # who supported the review\n'
        '# interests = "not recorded"    # competing interests of its authors\n'
        f"cautions = {_list([_caution(draft)])}\n"
    )
    looks = f"journal = {toml_string(journal)}"
    parts = [HEAD, review, DEFAULTS.format(journal=looks), "\n# " + "-" * 64 + " analyses\n"]
    many = len(draft.treatments) > 2
    parts += [_analysis(each, many=many, first=i == 0) for i, each in enumerate(draft.analyses)]
    return "".join([*parts, SENSITIVITY])


def toml_string(text: str) -> str:
    r"""Write a text as a TOML string.

    Examples
    --------
    >>> print(toml_string('say "a\\b"'))
    "say \"a\\b\""
    """
    plain = FORBIDDEN.sub("\ufffd", text)
    return json.dumps(plain, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(toml_string, texts)) + "]"


def _caution(draft: Draft) -> str:
    return f"The tables were made from {draft.file} and not compared with the sources of the trials."


def _analysis(analysis: DraftAnalysis, *, many: bool, first: bool) -> str:
    comments = (
        ("    # short name: lower-case letters, digits, - and _", "    # outcome_id of outcomes.csv")
        if first
        else ("", "")
    )
    network = analysis.network and many
    lines = [
        "[[analysis]]",
        f"id = {toml_string(analysis.id)}{comments[0]}",
        f"title = {toml_string(analysis.title)}",
        f"outcomes = {_list([analysis.outcome])}{comments[1]}",
        f"measure = {toml_string(analysis.measure)}",
    ]
    models = (("method", analysis.method), ("test", analysis.test))
    lines += [f"{name} = {toml_string(own)}" for name, own in models if own]
    if not network:
        lines.append("network = false" + ("    # true for a network of three or more" if first else ""))
    if first:
        lines += [
            '# timepoint_rule = ""           # needed where different times are pooled',
            "# prespecified = true           # false for what was decided after seeing the data",
        ]
    return "\n" + "\n".join(lines) + "\n"
