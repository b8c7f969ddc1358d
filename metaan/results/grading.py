"""Values of GRADE: what somebody judged of the certainty, and effects in absolute terms."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CERTAINTIES",
    "DOMAINS",
    "SIZES",
    "AbsoluteEffect",
    "Assumed",
    "Domain",
    "Judgement",
    "Rating",
]

CERTAINTIES = ("high", "moderate", "low", "very low")
"""Levels of certainty, from the best to the worst."""

SIZES = ("large", "moderate", "small", "little or none")
"""What reviewers may say of the size of an effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain of GRADE, as data.

    Attributes
    ----------
    id, title : str
        Column of grade.csv; as printed.
    steps : mapping of str to int
        What may be judged, and by how many levels it moves the certainty: negative is down.
    """

    id: str
    title: str
    steps: dict[str, int]


_DOWN = {"not serious": 0, "serious": -1, "very serious": -2, "extremely serious": -3}

DOMAINS = (
    Domain(id="risk_of_bias", title="Risk of bias", steps=_DOWN),
    Domain(id="inconsistency", title="Inconsistency", steps=_DOWN),
    Domain(id="indirectness", title="Indirectness", steps=_DOWN),
    Domain(id="imprecision", title="Imprecision", steps=_DOWN),
    Domain(
        id="publication_bias",
        title="Publication bias",
        steps={"undetected": 0, "suspected": 0, "strongly suspected": -1},
    ),
    Domain(id="large_effect", title="Large effect", steps={"no": 0, "large": 1, "very large": 2}),
    Domain(id="dose_response", title="Dose-response gradient", steps={"no": 0, "yes": 1}),
    Domain(id="opposing_confounding", title="Opposing confounding", steps={"no": 0, "yes": 1}),
)
"""The five domains that lower the certainty, then the three that raise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was judged of one domain, and why; `steps` is by how many levels it moves the certainty."""

    domain: str
    level: str
    steps: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What reviewers judged of the certainty of one estimate.

    Attributes
    ----------
    certainty : str
        One of `CERTAINTIES`.
    size : str
        One of `SIZES`; empty where nobody judged it.
    judgements : tuple of Judgement
        The domains that somebody judged.
    comment, assessor, source : str
        As recorded.
    row : int
        Row of grade.csv.
    """

    certainty: str
    size: str
    judgements: tuple[Judgement, ...]
    comment: str
    assessor: str
    source: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is assumed for the comparator.

    Attributes
    ----------
    value : float
        Risk in [0, 1], or mean in units of the scale; `nan` where it is not known.
    low, high : float
        Smallest and largest of the groups it was taken from; `nan` where it was not taken from groups.
    groups : int
        Number of those groups.
    source : str
        Where it comes from, as a clause; where it is not known, why.
    """

    value: float
    low: float
    high: float
    groups: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteEffect:
    """Risks with the treatment that follow from the comparator's, in [0, 1].

    Attributes
    ----------
    assumed : float
        The comparator's risk.
    risk : float
        Corresponding risk.
    risk_ci, difference_ci : (float, float)
        Its limits; those of the difference.
    difference : float
        Corresponding less assumed risk.
    notes : tuple of str
        What had to be done to a number, and why there is none.
    """

    assumed: float
    risk: float
    risk_ci: tuple[float, float]
    difference: float
    difference_ci: tuple[float, float]
    notes: tuple[str, ...] = ()
