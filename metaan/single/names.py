"""What the numbers of an analysis are called, on the scale of analysis and as they are shown."""

from __future__ import annotations

from metaan.format import LOG_MEASURES, RATIO_MEASURES

__all__ = ["analysis_scale", "scale_words", "shown_name", "shown_scale_name"]

AS_GIVEN = "as given"

SHOWN_NAMES = {
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), "proportion"),
    **dict.fromkeys(("IR", "IRLN", "IRS"), "rate"),
    **dict.fromkeys(("MN", "MNLN"), "mean"),
    **dict.fromkeys(("COR", "UCOR", "ZCOR", "RPB"), "correlation"),
}
"""One group and correlations: the letters name the scale of analysis, not what is read."""

SCALES = {
    **dict.fromkeys(LOG_MEASURES, "log"),
    "PLO": "logit",
    "PAS": "arcsine square root",
    "PFT": "double arcsine",
    "IRS": "square root",
    "ZCOR": "Fisher's z",
    "AS": "difference of arcsine square roots",
    "IRSD": "difference of square roots",
}


def shown_name(measure: str) -> str:
    """Name what a person reads: the letters of a comparison, the thing itself for one group.

    Examples
    --------
    >>> shown_name("RR"), shown_name("PLO"), shown_name("")
    ('RR', 'proportion', 'yi')
    """
    return SHOWN_NAMES.get(measure, measure) or "yi"


def analysis_scale(measure: str) -> str:
    """Name the scale of analysis; "natural" where effects are analysed as they are read.

    Examples
    --------
    >>> analysis_scale("RR"), analysis_scale("PLO"), analysis_scale("MD"), analysis_scale("")
    ('log', 'logit', 'natural', 'as given')
    """
    return SCALES.get(measure, "natural") if measure else AS_GIVEN


def shown_scale_name(measure: str) -> str:
    """Name the scale on which effects are read; that of analysis where there is no other.

    Examples
    --------
    >>> shown_scale_name("RR"), shown_scale_name("PLO"), shown_scale_name("MD"), shown_scale_name("AS")
    ('ratio', 'proportion', 'natural', 'difference of arcsine square roots')
    """
    if measure in RATIO_MEASURES:
        return "ratio"
    if measure in SCALES and measure in SHOWN_NAMES:
        return SHOWN_NAMES[measure]
    return analysis_scale(measure)


def scale_words(measure: str) -> str:
    """Name an effect on the scale of analysis, for a sentence.

    Examples
    --------
    >>> scale_words("RR"), scale_words("PLO"), scale_words("ZCOR"), scale_words("COR"), scale_words("MD")
    ('log RR', 'logit proportion', "Fisher's z", 'correlation', 'MD')
    """
    if measure == "ZCOR" or shown_scale_name(measure) == analysis_scale(measure):
        return SCALES["ZCOR"] if measure == "ZCOR" else shown_name(measure)
    return f"{analysis_scale(measure)} {shown_name(measure)}"
