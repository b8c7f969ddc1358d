"""The value of the decision log: one thing that was done to the data, or left undone."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Decision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One entry of the log.

    Attributes
    ----------
    kind : str
        What sort of decision, such as "conversion" or "row set aside".
    study : str
        The unit, report or treatment that it is about, as printed.
    what, why : str
        What was done and the reason, as clauses.
    by : str
        Who decided: "reviewers" (the data), "plan" (review.toml) or "metaan" (a rule of the program).
    places : tuple of str
        Rows, as anchors such as `results-14`.
    analyses : tuple of str
        Ids of the analyses whose main scenario it enters; empty for what concerns the whole review.
    sensitivity : tuple of (str, str)
        Analysis and sensitivity, by their ids, where it enters only a sensitivity.
    """

    kind: str
    study: str
    what: str
    why: str
    by: str
    places: tuple[str, ...]
    analyses: tuple[str, ...] = ()
    sensitivity: tuple[tuple[str, str], ...] = ()
