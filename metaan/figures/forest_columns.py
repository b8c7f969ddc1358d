"""The columns of a forest plot in a preset's order, and rows of cells that fit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.figures.content import Column, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.figures.content import Mark
    from metaan.figures.presets import Preset

__all__ = ["ForestColumns", "forest_columns"]

ROB_GROUP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestColumns:
    """Columns with what each of them holds.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the preset.
    places : tuple of (str, int)
        What each column holds: study, arms, effect, weight or rob, and the how-manieth of its kind.
    """

    columns: tuple[Column, ...]
    places: tuple[tuple[str, int], ...]

    def row(
        self,
        study: str,
        *,
        arms: Sequence[str] = (),
        effect: str = "",
        weight: str = "",
        rob: Sequence[str] = (),
        mark: Mark | None = None,
        bold: bool = False,
        faint: bool = False,
        space: float = 0.0,
        indent: float = 0.0,
    ) -> Row:
        """Put cells into their columns; what a column holds and the row does not is left empty."""
        held = {"study": (study,), "arms": arms, "effect": (effect,), "weight": (weight,), "rob": rob}
        cells = tuple(held[kind][i] if i < len(held[kind]) else "" for kind, i in self.places)
        return Row(cells=cells, mark=mark, bold=bold, faint=faint, space=space, indent=indent)


def forest_columns(
    preset: Preset,
    *,
    arms: Sequence[Sequence[str]],
    names: Sequence[str],
    effect: str,
    weighted: bool,
    rob: Sequence[str] = (),
) -> ForestColumns:
    """Set up the columns.

    Parameters
    ----------
    preset : Preset
        Order and words.
    arms : sequence of sequence of str
        Headers of the columns of each arm; empty for none.
    names : sequence of str
        Of the arms, above their columns.
    effect : str
        Header of the effects.
    weighted : bool
        Whether there is a column of weights.
    rob : sequence of str
        Headers of the columns for risk of bias.
    """
    words = preset.wording
    columns: list[Column] = []
    places: list[tuple[str, int]] = []
    after = False
    for kind in preset.columns:
        match kind:
            case "plot":
                after = True
                continue
            case "study":
                made = [Column(header=words.study, align="left", after_plot=after)]
            case "arms":
                made = [
                    Column(header=header, spanner=name, group=number, after_plot=after)
                    for number, (name, headers) in enumerate(zip(names, arms, strict=True), start=1)
                    for header in headers
                ]
            case "effect":
                made = [Column(header=effect, after_plot=after)]
            case "weight":
                made = [Column(header=words.weight, after_plot=after)] if weighted else []
            case "rob":
                made = [
                    Column(
                        header=header,
                        spanner=words.rob,
                        group=ROB_GROUP,
                        badges=True,
                        align="center",
                        after_plot=after,
                    )
                    for header in rob
                ]
        columns += made
        places += [(kind, i) for i in range(len(made))]
    return ForestColumns(columns=tuple(columns), places=tuple(places))
