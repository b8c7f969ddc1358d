"""Headings under which raw extraction sheets keep what the review's tables keep under theirs."""

from __future__ import annotations

__all__ = ["METAFOR", "SCHEMA_NAMES", "role_of"]

_COMMON = {
    "study_id": ("study", "studlab", "trial", "author", "slab", "study id"),
    "outcome_id": ("outcome", "endpoint"),
    "timepoint": ("time", "time point", "followup", "follow up"),
    "se": ("sei", "sete", "stderr", "standard error"),
    "ci_low": ("ci lb", "lower", "ci lower", "lcl", "cilb"),
    "ci_high": ("ci ub", "upper", "ci upper", "ucl", "ciub"),
    "ci_level": ("level",),
    "quote": ("quotation",),
    "derivation": ("basis", "caveat"),
    "source_url": ("url", "address"),
    "source": ("reference",),
    "value_type": (),
    "percent": ("pct", "percentage"),
}

_ARM = {
    "arm_id": ("arm",),
    "n": ("ni", "total", "n analysed"),
    "events": ("event", "r", "cases", "xi"),
    "mean": ("mi", "y"),
    "sd": ("sdi", "stddev"),
}

_CONTRAST = {
    "arm_id_1": ("treat1", "treatment1", "t1"),
    "arm_id_2": ("treat2", "treatment2", "t2"),
    "n_1": ("n1",),
    "n_2": ("n2",),
    "estimate": ("te", "effect", "yi", "difference"),
    "p": ("pval", "pvalue", "p value"),
}

SCHEMA_NAMES = {"results": _COMMON | _ARM, "contrasts": _COMMON | _CONTRAST}

METAFOR = {
    **dict.fromkeys(("ai", "bi", "ci", "di", "x1i", "x2i", "xi"), "count"),
    **dict.fromkeys(("n1i", "n2i", "ni"), "size"),
    **dict.fromkeys(("m1i", "m2i", "mi", "yi", "ri"), "number"),
    **dict.fromkeys(("sd1i", "sd2i", "sdi", "vi", "sei", "t1i", "t2i", "ti"), "spread"),
}
"""Kinds of metafor's columns, one row per study."""


def role_of(heading: str, table: str) -> str:
    """Name the schema column that a raw heading stands for; empty where it stands for none.

    Examples
    --------
    >>> role_of("Study", "results"), role_of("ci.lb", "contrasts"), role_of("colour", "results")
    ('study_id', 'ci_low', '')
    """
    plain = " ".join(heading.casefold().replace("_", " ").replace(".", " ").split())
    for name, others in SCHEMA_NAMES[table].items():
        if plain == name.replace("_", " ") or plain in others:
            return name
    return ""
