"""A quantity of the report that a manuscript may quote, before it has its name."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Named", "Quantity"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number or word.

    Attributes
    ----------
    quantity : str
        Last part of its name.
    text : str
        As the report prints it.
    value : float or None
        The number behind it; None for words and where there is none.
    meaning : str
        What it is, in words.
    key : str
        Where it stands within its record of results.json.
    """

    quantity: str
    text: str
    value: float | None
    meaning: str
    key: str


@dataclass(frozen=True, slots=True)
class Named:
    """A quantity with the parts of its name.

    Attributes
    ----------
    parts : tuple of str
        Analysis, treatments, quantity.
    place : str
        The record of results.json that holds it.
    about : str
        What it is a quantity of.
    found : Quantity
        The quantity.
    """

    parts: tuple[str, ...]
    place: str
    about: str
    found: Quantity
