"""What one part of the output is: computed once, and written as lines, as a record and as rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["Row", "Section"]

T = TypeVar("T")


def _always(analysis: NetworkAnalysis) -> bool:  # noqa: ARG001 - one shape for all
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of the CSV.

    Attributes
    ----------
    quantity : str
        What the value is, such as "estimate".
    value : float
        `nan` where there is none; `note` says why.
    study, treat1, treat2 : str
        What it belongs to; effects are treat1 minus treat2.
    part : str
        The component, design or loop that it belongs to.
    text : str
        A value that is no number.
    note : str
        What must be known.
    """

    quantity: str
    value: float = nan
    study: str = ""
    treat1: str = ""
    treat2: str = ""
    part: str = ""
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Generic[T]):
    """One part of the output.

    Attributes
    ----------
    name : str
        Key of the JSON and first column of the CSV.
    compute : callable
        From the analysis to a value.
    lines, record, rows : callable
        From the value and the analysis to lines of text (none where there is nothing to say), to plain values
        for JSON, and to rows for CSV.
    fitted : bool
        Whether it takes a fit.
    asked : callable
        Whether the analysis has it at all.
    """

    name: str
    compute: Callable[[NetworkAnalysis], T]
    lines: Callable[[T, NetworkAnalysis], Iterable[str]]
    record: Callable[[T, NetworkAnalysis], Any]
    rows: Callable[[T, NetworkAnalysis], Iterable[Row]]
    fitted: bool = True
    asked: Callable[[NetworkAnalysis], bool] = _always
