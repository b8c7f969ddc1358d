"""How numbers become text: one place for figures, tables, sentences and HTML."""

from __future__ import annotations

from hashlib import sha256
from math import asin, copysign, cos, exp, floor, inf, isfinite, isinf, isnan, log10, nan, pi, sin, sqrt, tanh
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "LOG_MEASURES",
    "MEASURE_NAMES",
    "ONE_GROUP_MEASURES",
    "RATIO_MEASURES",
    "back_transform",
    "canonical",
    "capital",
    "degrees",
    "effect",
    "effect_with_interval",
    "fixed",
    "interval",
    "interval_digits",
    "measure_name",
    "null_value",
    "percent",
    "power_of_ten",
    "pvalue",
    "shares",
    "short_slug",
    "shown_digits",
    "shown_effect",
    "shown_scale",
    "significant",
    "slug",
    "total_variance",
    "variance",
    "without_residue",
]

MINUS = "−"
DASH = "–"
SIGNIFICANT_DIGITS = 10
LEAST_VARIANCE = 1e-4
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
RESIDUE = 1e-12
"""What is smaller than this, relative to its scale, is what rounding left of 0."""

LEAST_FIXED = 0.1
"""A share, rate or ratio below it keeps two significant digits."""

SLUG_LENGTH, DIGEST_LENGTH = 60, 8
LEAST_DECIMALS, MOST_DECIMALS = 2, 8

MEASURE_NAMES = {
    "OR": "odds ratio",
    "RR": "risk ratio",
    "RD": "risk difference",
    "AS": "arcsine difference",
    "PETO": "Peto odds ratio",
    "PHI": "phi coefficient",
    "YUQ": "Yule's Q",
    "YUY": "Yule's Y",
    "OR2DN": "standardised mean difference from an odds ratio (normal outcome)",
    "OR2DL": "standardised mean difference from an odds ratio (logistic outcome)",
    "MD": "mean difference",
    "SMD": "standardised mean difference",
    "SMDH": "standardised mean difference (unequal variances)",
    "SMD1": "standardised mean difference (SD of the second group)",
    "ROM": "ratio of means",
    "CVR": "coefficient of variation ratio",
    "VR": "variability ratio",
    "D2ORN": "odds ratio from a standardised mean difference (normal outcome)",
    "D2ORL": "odds ratio from a standardised mean difference (logistic outcome)",
    "RPB": "point-biserial correlation",
    "HR": "hazard ratio",
    "IRR": "incidence rate ratio",
    "IRD": "incidence rate difference",
    "IRSD": "difference of square-root incidence rates",
    "IR": "incidence rate",
    "IRLN": "incidence rate",
    "IRS": "incidence rate",
    "PR": "proportion",
    "PLN": "proportion",
    "PLO": "proportion",
    "PAS": "proportion",
    "PFT": "proportion",
    "MN": "mean",
    "MNLN": "mean",
    "COR": "correlation",
    "UCOR": "correlation",
    "ZCOR": "correlation",
    "MC": "mean change",
    "SMCC": "standardised mean change (SD of the change)",
    "SMCR": "standardised mean change (SD of the first measurement)",
    "ROMC": "ratio of paired means",
}
"""What a person reads; a measure of one group is named by what it is shown as, not by its own scale."""

RATIO_MEASURES = frozenset({"OR", "RR", "HR", "IRR", "ROM", "PETO", "CVR", "VR", "D2ORN", "D2ORL", "ROMC"})
"""Analysed as logarithms, shown as ratios with 1 as no effect."""

LOG_MEASURES = RATIO_MEASURES | {"IRLN", "PLN", "MNLN"}
"""Analysed as logarithms: ratios, and rates, proportions and means of one group."""

ONE_GROUP_MEASURES = frozenset({"IR", "IRLN", "IRS", "PR", "PLN", "PLO", "PAS", "PFT", "MN", "MNLN"})
"""Compared with nothing, so that no value is the one of no effect."""

NEVER_NEGATIVE = LOG_MEASURES | (ONE_GROUP_MEASURES - {"MN"})
"""Shown with two significant digits where they are small, so that no share or rate is printed as 0.00."""


def measure_name(measure: str) -> str:
    """Name a measure in words; an unknown one keeps its letters.

    Examples
    --------
    >>> measure_name("RR")
    'risk ratio'
    """
    return MEASURE_NAMES.get(measure, measure)


def back_transform(value: float, measure: str, *, n: float = inf) -> float:
    """Turn a value of the analysis scale into what a person reads.

    Differences of transformed values (AS, IRSD) have no other scale and stay what they are.

    Parameters
    ----------
    value : float
        The logarithm for `LOG_MEASURES`, the logit for PLO, an arcsine square root for PAS and PFT, a square
        root for IRS, Fisher's z for ZCOR. Beyond the ends of a scale it is taken as its end.
    measure : str
        The measure's letters.
    n : float, default inf
        Participants, for PFT only. The double arcsine can be inverted exactly for a group of known size; for
        a pooled value no size is right and some are very wrong (Schwarzer et al. 2019), so that the limit for
        large groups is the default.

    References
    ----------
    Miller JJ. The inverse of the Freeman-Tukey double arcsine transformation. American Statistician 1978;
    32: 138.
    Schwarzer G, Chemaitelly H, Abu-Raddad LJ, Rücker G. Seriously misleading results using inverse of
    Freeman-Tukey double arcsine transformation in meta-analysis of single proportions. Research Synthesis
    Methods 2019; 10: 476-483.

    Examples
    --------
    >>> back_transform(0.0, "RR"), back_transform(0.0, "PLO"), round(back_transform(0.5, "PAS"), 4)
    (1.0, 0.5, 0.2298)
    """
    if isnan(value):
        return value
    if measure in LOG_MEASURES:
        return exp(min(value, 700.0))
    if measure in INVERSES:
        return INVERSES[measure](value)
    if measure == "PFT":
        return _inverse_double_arcsine(value, n)
    return value


def null_value(measure: str) -> float:
    """Give the value of no effect on the scale that a person reads; `nan` for a single group.

    Examples
    --------
    >>> null_value("OR"), null_value("MD"), null_value("PR")
    (1.0, 0.0, nan)
    """
    if measure in ONE_GROUP_MEASURES:
        return nan
    return 1.0 if measure in RATIO_MEASURES else 0.0


def _inverse_logit(value: float) -> float:
    return 1 / (1 + exp(min(-value, 700.0)))


def _inverse_arcsine(value: float) -> float:
    return sin(min(max(value, 0.0), pi / 2)) ** 2


def _inverse_square_root(value: float) -> float:
    return max(value, 0.0) ** 2


def _inverse_double_arcsine(value: float, n: float) -> float:
    """Invert the Freeman-Tukey transformation (Miller 1978)."""
    if n == inf:
        return _inverse_arcsine(value)
    lowest = asin(sqrt(1 / (n + 1))) / 2
    if value <= lowest:
        return 0.0
    if value >= pi / 2 - lowest:
        return 1.0
    sine = sin(2 * value)
    inner = sine + (sine - 1 / sine) / n
    root = sqrt(max(1 - inner**2, 0.0))
    return (1 - copysign(root, cos(2 * value))) / 2


INVERSES: dict[str, Callable[[float], float]] = {
    "PLO": _inverse_logit,
    "PAS": _inverse_arcsine,
    "IRS": _inverse_square_root,
    "ZCOR": tanh,
}


def fixed(value: float | None, digits: int = 2) -> str:
    """Write a number with so many decimals and a true minus; an en dash where there is none.

    Examples
    --------
    >>> fixed(-1.005, 1), fixed(float("nan")), fixed(-0.001)
    ('−1.0', '–', '0.00')
    """
    if value is None or isnan(value):
        return DASH
    if isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def degrees(dof: float) -> str:
    """Write degrees of freedom: whole ones plainly, others with one decimal.

    Examples
    --------
    >>> degrees(12.0), degrees(3.924)
    ('12', '3.9')
    """
    return fixed(dof, 0 if float(dof).is_integer() else 1)


def significant(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, plainly.

    Examples
    --------
    >>> significant(0.012345), significant(1234.5), significant(0.0), significant(0.0999, 2)
    ('0.0123', '1234', '0', '0.10')
    """
    if isnan(value):
        return DASH
    if isinf(value) or value == 0:
        return fixed(value, 0)
    rounded = float(f"{value:.{digits - 1}e}")
    return fixed(value, max(digits - 1 - floor(log10(abs(rounded))), 0))


def variance(value: float) -> str:
    """Write a between-study variance with two significant digits, the same in figures and sentences.

    Examples
    --------
    >>> variance(0.0214), variance(0.314), variance(0.0), variance(5864.1), variance(3e-7)
    ('0.021', '0.31', '0', '5,864', '<0.0001')
    """
    if isfinite(value) and value >= 1000:
        return f"{value:,.0f}"
    return "<0.0001" if 0 < value < LEAST_VARIANCE else significant(value, 2)


def power_of_ten(value: float, digits: int = 1) -> str:
    """Write a number as a power of ten, with so many decimals before it.

    Examples
    --------
    >>> power_of_ten(2.8e-9), power_of_ten(-2e6, 0), power_of_ten(9.96e6)
    ('2.8×10⁻⁹', '−2×10⁶', '1.0×10⁷')
    """
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa.replace('-', MINUS)}×10{str(int(power)).translate(SUPERSCRIPTS)}"


def effect(value: float, measure: str, digits: int = 2) -> str:
    """Write an effect of the analysis scale as a person reads it.

    A ratio, and a rate or share of one group, keeps enough decimals to show two significant digits, and above
    100 it drops them; thousands are marked as in every number for a reader; beyond a million, and below a
    millionth, it is a power of ten.

    Examples
    --------
    >>> effect(0.6931, "RR"), effect(-0.34, "SMD"), effect(-5.5, "OR")
    ('2.00', '−0.34', '0.0041')
    >>> effect(8.05, "OR"), effect(-19.7, "OR")
    ('3,134', '2.8×10⁻⁹')
    """
    return shown_effect(back_transform(value, measure), measure, digits)


def shown_effect(shown: float, measure: str, digits: int = 2) -> str:
    """Write an effect that is already on the scale on which a person reads it, as `effect` does.

    Examples
    --------
    >>> shown_effect(0.004, "OR"), shown_effect(0.0996, "PFT", 3), shown_effect(-0.34, "SMD")
    ('0.0040', '0.100', '−0.34')
    """
    if measure in NEVER_NEGATIVE and isfinite(shown):
        if shown >= 1e6 or 0 < shown < 1e-6:
            return power_of_ten(shown)
        if 0 < shown < LEAST_FIXED:
            return max(fixed(shown, digits), significant(shown, 2), key=len)
        if shown >= 100:
            return f"{shown:,.0f}"
    return fixed(shown, digits)


def interval(low: float, high: float, measure: str, digits: int = 2) -> str:
    """Write an interval as "low to high".

    Examples
    --------
    >>> interval(0.0, 0.6931, "RR")
    '1.00 to 2.00'
    """
    return f"{effect(low, measure, digits)} to {effect(high, measure, digits)}"


def effect_with_interval(value: float, low: float, high: float, measure: str, digits: int = 2) -> str:
    """Write an estimate with its interval in brackets.

    Examples
    --------
    >>> effect_with_interval(0.0, -0.6931, 0.6931, "RR")
    '1.00 (0.50 to 2.00)'
    """
    if isnan(value):
        return "not estimable"
    return f"{effect(value, measure, digits)} ({interval(low, high, measure, digits)})"


def interval_digits(halves: Iterable[float], measure: str) -> int:
    """Tell how many decimals give the narrowest interval two significant digits, 2 to 8.

    Parameters
    ----------
    halves : iterable of float
        Half widths of the intervals; what is not positive and finite does not count.
    measure : str
        The measure's letters; ratios look after themselves, `effect` gives a small one more decimals.

    Examples
    --------
    >>> interval_digits([3.2, 0.00041], "MD"), interval_digits([25.0], "MD"), interval_digits([1e-5], "RR")
    (5, 2, 2)
    """
    known = [half for half in halves if isfinite(half) and half > 0]
    if measure in RATIO_MEASURES or not known:
        return LEAST_DECIMALS
    return min(max(1 - floor(log10(min(known))), LEAST_DECIMALS), MOST_DECIMALS)


def shown_digits(shown: Iterable[tuple[float, float, float]], measure: str) -> int:
    """Tell how many decimals the estimates and intervals of a table need, as they are shown.

    Parameters
    ----------
    shown : iterable of (float, float, float)
        Estimate and limits on the scale on which they are read.
    measure : str
        The measure's letters. Intervals of a log measure are as wide as their estimates are large, and
        `shown_effect` gives a small one more decimals, so that only those from 0.1 count.

    Examples
    --------
    >>> shown_digits([(0.0003, 0.0001, 0.0008)], "IRLN"), shown_digits([(0.574, 0.55, 0.6)], "PLO")
    (2, 3)
    """
    large = [each for each in shown if measure not in LOG_MEASURES or each[0] >= LEAST_FIXED]
    return interval_digits(((high - low) / 2 for _, low, high in large), measure)


def percent(fraction: float, digits: int = 0) -> str:
    """Write a fraction of 1 as a percentage.

    Examples
    --------
    >>> percent(0.922)
    '92%'
    """
    return DASH if isnan(fraction) else f"{fixed(100 * fraction, digits)}%"


def pvalue(p: float) -> str:
    """Write a p-value with two decimals, three below 0.1, and "<0.001" below that.

    Examples
    --------
    >>> pvalue(0.0321), pvalue(0.4567), pvalue(1e-9)
    ('0.032', '0.46', '<0.001')
    """
    if isnan(p):
        return DASH
    if p < 0.001:
        return "<0.001"
    return fixed(p, 3 if p < 0.1 else 2)


def shares(weights: Iterable[float], digits: int = 1) -> tuple[str, ...]:
    """Write weights as percentages that add up to 100 as they are shown.

    Each is rounded down and the units that are left go to the largest remainders; the first of equals wins.

    Parameters
    ----------
    weights : iterable of float
        Not negative; any sum above 0. A `nan` counts as 0.
    digits : int
        Decimals.

    Examples
    --------
    >>> shares([1, 1, 1])
    ('33.4', '33.3', '33.3')
    """
    known = [0.0 if isnan(weight) else float(weight) for weight in weights]
    total = sum(known)
    if total <= 0:
        return tuple(DASH for _ in known)
    units = 100 * 10**digits
    exact = [canonical(weight / total * units, scale=1.0) or 0.0 for weight in known]
    whole = [floor(value) for value in exact]
    order = sorted(range(len(known)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: units - sum(whole)]:
        whole[i] += 1
    return tuple(fixed(value / 10**digits, digits) for value in whole)


def canonical(value: float, scale: float = 0.0) -> float | None:
    """Round to 10 significant digits, the form every written number has; None where it is not finite.

    Last digits differ between processors, so nothing is written with more.

    Parameters
    ----------
    value : float
        The number.
    scale : float, default 0.0
        As in `without_residue`; without it no number is taken for 0.

    Examples
    --------
    >>> canonical(1 / 3), canonical(6.2e-13), canonical(1e-17, scale=0.1), canonical(-0.0)
    (0.3333333333, 6.2e-13, 0.0, 0.0)
    """
    if not isfinite(value):
        return None
    return float(f"{without_residue(value, scale):.{SIGNIFICANT_DIGITS}g}") + 0.0  # and no 0 with a minus


def without_residue(value: float, scale: float) -> float:
    """Give 0 for what rounding left of 0: a number below 1e-12 of its scale.

    Such residues differ between processors in every digit. A p-value is never one, however small.

    Parameters
    ----------
    value : float
        The number.
    scale : float
        Size of what cancelled in it, such as the standard error of an estimate; 0 or `nan` where nothing can.

    Examples
    --------
    >>> without_residue(1e-17, 0.1), without_residue(1e-17, 1e-8), without_residue(1e-17, 0.0)
    (0.0, 1e-17, 1e-17)
    """
    return 0.0 if abs(value) < RESIDUE * scale else value


def shown_scale(se: float, measure: str) -> float:
    """Give the scale of rounding residue in an effect as a person reads it.

    Parameters
    ----------
    se : float
        Standard error on the analysis scale.
    measure : str
        The measure's letters; no effect is 1 for a ratio, so that a small ratio is no residue.

    Examples
    --------
    >>> shown_scale(0.1, "MD"), shown_scale(0.1, "RR")
    (0.1, 0.0)
    """
    return se if back_transform(0.0, measure) == 0 else 0.0


def total_variance(tau2: float, I2: float) -> float:
    """Give tau2 plus the typical sampling variance, the scale of rounding residue in tau2.

    Parameters
    ----------
    tau2, I2 : float
        Between-study variance and its share of the total; where that is 0, any tau2 is residue.

    Examples
    --------
    >>> total_variance(0.5, 0.5), total_variance(0.0, 0.0)
    (1.0, inf)
    """
    return tau2 / I2 if I2 != 0 else inf


def capital(text: str) -> str:
    """Raise the first letter and leave the rest; a word with a capital further on, such as a name, stays.

    Examples
    --------
    >>> capital("risk ratio of NSAIDs"), capital("rTMS versus placebo")
    ('Risk ratio of NSAIDs', 'rTMS versus placebo')
    """
    first = text.split(maxsplit=1)[:1]
    return text if first and any(map(str.isupper, first[0][1:])) else text[:1].upper() + text[1:]


def slug(text: str) -> str:
    """Turn a name into lower-case letters, digits and single hyphens, for file names and anchors.

    Examples
    --------
    >>> slug("Oxycodone/acetaminophen 5 mg")
    'oxycodone-acetaminophen-5-mg'
    """
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower())
    return "-".join(kept.split())


def short_slug(text: str) -> str:
    """Give a slug of at most 60 characters; a longer one ends in a digest of the name.

    File systems take names of 255 bytes, and a figure is named after two treatments.

    Examples
    --------
    >>> short_slug("Drug A"), short_slug("A long name, " * 20)
    ('drug-a', 'a-long-name-a-long-name-a-long-name-a-long-name-a-l-07c6e949')
    """
    name = slug(text)
    if len(name) <= SLUG_LENGTH:
        return name
    digest = sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{name[: SLUG_LENGTH - DIGEST_LENGTH - 1]}-{digest}"
