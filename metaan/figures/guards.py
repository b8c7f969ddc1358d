"""Which figure takes how many studies; light, so that a report can tell before it draws."""

from __future__ import annotations

from metaan.errors import CannotDraw

__all__ = ["LEAST", "demand_studies"]

LEAST = {
    "funnel plot": 10,
    "L'Abbé plot": 3,
    "radial plot": 5,
    "drapery plot": 2,
    "Baujat plot": 4,
    "influence panel": 5,
    "GOSH plot": 5,
}
"""Figure to the number of studies below which it shows chance, or nothing that a forest plot does not."""


def demand_studies(figure: str, k: int, *, force: bool = False) -> None:
    """Refuse a figure for too few studies.

    Parameters
    ----------
    figure : str
        One of `LEAST`.
    k : int
        Number of studies.
    force : bool
        Draw it all the same, of three studies or more.

    Raises
    ------
    CannotDraw
        With the reason.

    Examples
    --------
    >>> demand_studies("drapery plot", 2)
    >>> demand_studies("funnel plot", 4)
    Traceback (most recent call last):
        ...
    metaan.errors.CannotDraw: No funnel plot: asymmetry cannot be judged below 10 studies, and there are 4.
    """
    least = min(LEAST[figure], 3) if force else LEAST[figure]
    if k >= least:
        return
    there = "there is 1" if k == 1 else f"there are {k}"
    if figure == "funnel plot" and not force:
        raise CannotDraw(f"No funnel plot: asymmetry cannot be judged below {least} studies, and {there}.")
    raise CannotDraw(f"No {figure}: it takes {least} studies, and {there}.")
