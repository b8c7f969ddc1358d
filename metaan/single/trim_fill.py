"""Trim and fill of one analysis of a plain file: computed where it is asked for, in words and as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaan.errors import InputError
from metaan.format import canonical
from metaan.results.least import LEAST_FOR_ASYMMETRY
from metaan.results.pairwise import Pooled
from metaan.sensitivity.asymmetry import FEW
from metaan.sensitivity.trimfill import trim_and_fill

if TYPE_CHECKING:
    from metaan.results.trimfill import TrimFill
    from metaan.single.analysis import Fit
    from metaan.types import FloatArray

__all__ = ["filled_in", "filled_notes", "filled_record", "filled_words"]


def filled_in(fit: Fit | None, yi: FloatArray, vi: FloatArray, *, force: bool) -> TrimFill | None:
    """Mirror studies by the model of the mean; None where nothing is pooled by inverse variance.

    Parameters
    ----------
    fit : Pooled, MantelHaenszel, Peto, MixedModel or None
        The mean.
    yi, vi : ndarray, shape (k,)
        Effects and sampling variances.
    force : bool
        Do it below ten studies too.

    Raises
    ------
    InputError
        For fewer than ten studies unless `force`; for fewer than three.
    """
    if not isinstance(fit, Pooled):
        return None
    if len(yi) < LEAST_FOR_ASYMMETRY and not force:
        raise InputError(
            f"--trim-fill: asymmetry cannot be judged below {LEAST_FOR_ASYMMETRY} studies, and there are"
            f" {len(yi)}; --force does it all the same, of three or more."
        )
    return trim_and_fill(yi, vi, method=fit.method, test=fit.test, level=fit.level)


def filled_words(found: TrimFill) -> str:
    """Say how many studies were filled in, and on which side.

    Examples
    --------
    >>> from metaan import trim_and_fill
    >>> yi, vi = [0.1, 0.1, 0.2, 0.5, 0.9], [0.01, 0.02, 0.02, 0.05, 0.09]
    >>> filled_words(trim_and_fill(yi, vi, method="EE"))
    'Trim and fill, a sensitivity analysis: 1 study filled in on the left (estimator L0)'
    """
    count = {0: "no study", 1: "1 study"}.get(found.k0, f"{found.k0} studies")
    side = f" on the {found.side}" if found.k0 else ""
    return f"Trim and fill, a sensitivity analysis: {count} filled in{side} (estimator L0)"


def filled_notes(found: TrimFill) -> tuple[str, ...]:
    """Give what must be known of it."""
    few = found.pooled.k - found.k0 < LEAST_FOR_ASYMMETRY
    return (*found.notes, FEW) if few else found.notes


def filled_record(found: TrimFill, fit: dict[str, Any] | None) -> dict[str, Any]:
    """Write it as a record, with that of the fit of all studies and those filled in."""
    pairs = zip(found.yi.tolist(), found.vi.tolist(), strict=True)
    return {
        "estimator": "L0",
        "side": found.side,
        "k0": found.k0,
        "filled": [{"estimate": canonical(yi), "variance": canonical(vi)} for yi, vi in pairs],
        "fit": fit,
        "notes": list(filled_notes(found)),
    }
