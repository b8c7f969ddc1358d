"""What a row's own cells can carry: whether it can be pooled, and what must be converted first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.review.rows import Row

__all__ = [
    "STATUS_ORDER",
    "bound_of",
    "contrast_fault",
    "contrast_route",
    "converted",
    "result_fault",
    "worst",
]

STATUS_ORDER = ("extracted", "derived", "imputed")

_UPPER_BOUNDS = ("<", "<=")
_LOWER_BOUNDS = (">", ">=")
_RATIOS = ("OR", "RR")


def worst(*statuses: str) -> str:
    """Give the least certain of some statuses.

    Examples
    --------
    >>> worst("extracted", "derived")
    'derived'
    """
    return max(statuses, key=STATUS_ORDER.index)


def result_fault(row: Row, kind: str) -> str:
    """Say why a row of results.csv cannot be pooled; empty where it can.

    Parameters
    ----------
    row : Row
        A row of results.csv.
    kind : str
        binary or continuous.

    Returns
    -------
    str
        The reason, fit to print.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> cells = dict.fromkeys(["qualifier", "n", "events", "percent"])
    >>> result_fault(SimpleNamespace(value=cells | {"percent": 29.0}), "binary")
    'a percentage without the number analysed'
    """
    if row.value["qualifier"] not in (None, "", "="):
        return f"printed as a bound ({row.value['qualifier']}), not a figure"
    return _binary_fault(row) if kind == "binary" else _continuous_fault(row)


def converted(row: Row, kind: str) -> bool:
    """Tell whether a usable row of results.csv needs a conversion: a count from a percentage, or an SD.

    Parameters
    ----------
    row : Row
        A row of results.csv for which `result_fault` is empty.
    kind : str
        binary or continuous.

    Returns
    -------
    bool
        True where metaan derives the figure that it pools.
    """
    return row.value["events" if kind == "binary" else "sd"] is None


def contrast_route(row: Row, measure: str) -> str:
    """Name the way from a row of contrasts.csv to an effect on a measure.

    Parameters
    ----------
    row : Row
        A row of contrasts.csv.
    measure : str
        The analysis's measure.

    Returns
    -------
    str
        "se" or "interval" (the printed estimate with either), "p" (an SMD from a p-value and the two
        numbers analysed), or empty where there is none.
    """
    cells = row.value
    if cells["measure"] == measure and cells["estimate"] is not None:
        if cells["se"]:
            return "se"
        if cells["ci_low"] is not None and cells["ci_high"] is not None:
            return "interval"
    whole = cells["p"] is not None and cells["n_1"] is not None and cells["n_2"] is not None
    if measure == "SMD" and cells["measure"] in ("MD", "SMD") and whole and cells["favours"]:
        return "p"
    return ""


def bound_of(row: Row, measure: str) -> str:
    """Give the sign before the figure that a row of contrasts.csv would be read from; empty for "=".

    Parameters
    ----------
    row : Row
        A row of contrasts.csv.
    measure : str
        The analysis's measure.

    Returns
    -------
    str
        "<", "<=", ">", ">=" or empty.
    """
    sign = row.value["p_qualifier" if contrast_route(row, measure) == "p" else "qualifier"]
    return "" if sign in (None, "", "=") else str(sign)


def contrast_fault(row: Row, measure: str, *, read_bounds: bool = False) -> str:
    """Say why a row of contrasts.csv cannot be pooled on a measure; empty where it can.

    Parameters
    ----------
    row : Row
        A row of contrasts.csv.
    measure : str
        The analysis's measure.
    read_bounds : bool
        A p-value printed as "p < x" is read as x.

    Returns
    -------
    str
        The reason, fit to print.
    """
    route = contrast_route(row, measure)
    if not route:
        return _no_route(row, measure)
    bound = bound_of(row, measure)
    if route == "p" and bound in _UPPER_BOUNDS and not read_bounds:
        return f"the p-value is a bound ({bound} {row.text['p']}), not a figure"
    if bound in _LOWER_BOUNDS or (bound and route != "p"):
        return f"printed as a bound ({bound}), not a figure"
    return _p_fault(row) if route == "p" else _estimate_fault(row, measure, route)


def _binary_fault(row: Row) -> str:
    cells = row.value
    if cells["events"] is None and cells["percent"] is None:
        return "neither a count nor a percentage of participants with the event"
    if cells["n"] is None:
        figure = "a count" if cells["events"] is not None else "a percentage"
        return f"{figure} without the number analysed"
    return ""


def _continuous_fault(row: Row) -> str:
    cells = row.value
    if cells["mean"] is None:
        return "a median, no mean" if cells["median"] is not None else "no mean"
    if cells["n"] is None:
        return "a mean without the number analysed"
    if cells["sd"] == 0:
        return "an SD of 0 gives no standard error"
    if (row.number_of("n") or 0) < 2:
        return "one participant gives no SD"
    if cells["sd"] is not None or cells["se"]:
        return ""
    if cells["ci_low"] is None or cells["ci_high"] is None:
        return "a mean without SD, standard error or interval"
    return _interval_fault(row)


def _interval_fault(row: Row) -> str:
    low, high = row.number_of("ci_low"), row.number_of("ci_high")
    level = row.number_of("ci_level")
    if low is None or high is None or not low < high:
        return "an interval whose lower limit is not below its upper limit"
    if level is not None and not 0 < level < 100:
        return f"an interval of level {level:g} %"
    return ""


def _p_fault(row: Row) -> str:
    p, n1, n2 = (row.number_of(name) or 0 for name in ("p", "n_1", "n_2"))
    if not 0 < p <= 1:
        return "a p-value of 0 has no size"
    return "" if min(n1, n2) >= 2 else "a p-value of fewer than two participants in an arm"


def _estimate_fault(row: Row, measure: str, route: str) -> str:
    estimate = row.number_of("estimate")
    low, high = row.number_of("ci_low"), row.number_of("ci_high")
    figures = [estimate] if route == "se" else [estimate, low, high]
    if measure in _RATIOS and any(figure is None or figure <= 0 for figure in figures):
        return "a ratio, or a limit of it, that is not above 0"
    if route == "se" or estimate is None or low is None or high is None:
        return ""
    if measure == "MD" and (row.number_of("n_1") or 2) + (row.number_of("n_2") or 2) < 3:
        return "an interval of fewer than three participants"
    return _interval_fault(row) or ("" if low <= estimate <= high else "an estimate outside its interval")


def _no_route(row: Row, measure: str) -> str:
    cells = row.value
    if cells["measure"] != measure:
        return f"printed as {cells['measure']}, which does not give {measure}"
    if cells["estimate"] is not None:
        return "an estimate without standard error or interval"
    if cells["p"] is not None and not cells["favours"]:
        return "a p-value that does not say which arm did better"
    return "no estimate, and no p-value with both numbers analysed"
