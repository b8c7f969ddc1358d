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
    if route == "p" and not 0 < float(row.value["p"] or 0) <= 1:
        return "a p-value of 0 has no size"
    if route == "p" and bound in _UPPER_BOUNDS and not read_bounds:
        return f"the p-value is a bound ({bound} {row.text['p']}), not a figure"
    if bound in _LOWER_BOUNDS or (bound and route != "p"):
        return f"printed as a bound ({bound}), not a figure"
    return ""


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
    interval = cells["ci_low"] is not None and cells["ci_high"] is not None
    if cells["sd"] is None and not cells["se"] and not interval:
        return "a mean without SD, standard error or interval"
    if cells["sd"] is None and int(cells["n"] or 0) < 2:
        return "an SD cannot be had from one participant"
    return ""


def _no_route(row: Row, measure: str) -> str:
    cells = row.value
    if cells["measure"] != measure:
        return f"printed as {cells['measure']}, which does not give {measure}"
    if cells["estimate"] is not None:
        return "an estimate without standard error or interval"
    if cells["p"] is not None and not cells["favours"]:
        return "a p-value that does not say which arm did better"
    return "no estimate, and no p-value with both numbers analysed"
