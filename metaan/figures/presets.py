"""What each journal wants of a forest plot: sizes, typeface, words, numbers, colours, order, files.

A preset is data. Adding one is a row of `PRESETS`, a name in `metaan.types.Journal`, and nothing else.

References
----------
Wording, column order and digits: the journals' published plots and the layouts that R's meta 8.4 documents
for them. Sizes and files: Nature, research figure guide; PLOS, figure guidelines; BMC, preparing figures;
The Lancet, artwork guidelines; all as of 2025.
Wong B. Points of view: color blindness. Nature Methods 2011; 8: 441.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from metaan.errors import RequestError
from metaan.figures.files import FileSettings
from metaan.figures.numerals import Numerals
from metaan.figures.style import DEFAULT, Style
from metaan.figures.typefaces import DEJAVU, LIBERATION
from metaan.figures.wording import ENGLISH, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["METAAN", "PRESETS", "ColumnKind", "Preset", "preset_of"]

ColumnKind: TypeAlias = Literal["study", "arms", "plot", "effect", "weight", "rob"]

PLOT_RIGHT: tuple[ColumnKind, ...] = ("study", "arms", "plot", "effect", "weight", "rob")
WEIGHT_FIRST: tuple[ColumnKind, ...] = ("study", "arms", "plot", "weight", "effect", "rob")
PLOT_LAST: tuple[ColumnKind, ...] = ("study", "arms", "weight", "effect", "plot", "rob")
EFFECT_FIRST: tuple[ColumnKind, ...] = ("study", "effect", "arms", "plot", "weight", "rob")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A forest plot as a journal prints it.

    Attributes
    ----------
    name, journal : str
        As it is asked for; as it is printed.
    style : Style
        Sizes and colours.
    family : str
        The typeface; Liberation Sans, of Arial's widths, where the journal asks for Arial.
    wording, numerals : Wording, Numerals
        Words; how numbers are written.
    columns : tuple of str
        Order of study, arms, plot, effect, weight and rob.
    heading : bool
        Whether the figure carries its own heading; most journals set it in the legend.
    favours_on_top : bool
        Whether the favours labels stand above the plot.
    beside : tuple of str
        Models shown beside the main one: of "wald", "hksj", "adhoc", "common".
    by_kind : mapping of str to dict
        Colours that differ by kind of data: binary, continuous or generic.
    rob_palette : str
        "metaan" or "cochrane".
    files : FileSettings
        Resolutions, and how letters are kept.
    """

    name: str
    journal: str
    style: Style = DEFAULT
    family: str = LIBERATION
    wording: Wording = ENGLISH
    numerals: Numerals = field(default_factory=Numerals)
    columns: tuple[ColumnKind, ...] = PLOT_RIGHT
    heading: bool = False
    favours_on_top: bool = False
    beside: tuple[str, ...] = ()
    by_kind: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rob_palette: str = "metaan"
    files: FileSettings = FileSettings()  # noqa: RUF009 - a frozen value

    def style_for(self, kind: str = "generic") -> Style:
        """Give the style of a kind of data, with the typeface and the numbers of the journal.

        Examples
        --------
        >>> PRESETS["revman"].style_for("continuous").accent
        '#00a000'
        """
        settled: Mapping[str, Any] = {
            "family": self.family,
            "numerals": self.numerals,
            "titled": self.heading,
        }
        return replace(self.style, **settled, **self.by_kind.get(kind, {}))


METAAN = Preset(
    name="metaan",
    journal="metaan",
    family=DEJAVU,
    heading=True,
    beside=("wald", "hksj", "adhoc", "common"),
)

_MM = 72 / 25.4

_BMJ = Preset(
    name="bmj",
    journal="The BMJ",
    style=replace(
        DEFAULT,
        text=8.5,
        note=7.5,
        row=14.5,
        plot=80 * _MM,
        plot_least=48 * _MM,
        text_least=7.0,
        widest=190 * _MM,
        accent="#6b58a6",
        pale="#d9d3ea",
        tint="#ebe8f4",
        square_edge="#ffffff",
        rule="#a7a9ac",
        bold_model=False,
    ),
    wording=replace(
        ENGLISH,
        study="Study or subgroup",
        squares="The area of a square is proportional to its weight; the lightest are drawn larger.",
        events=(("No of events /\ntotal", "{events} / {n}"),),
        means=(("Mean (SD) /\ntotal", "{mean} ({sd}) / {n}"),),
        plot_ratio="{short}\n({interval})",
        plot="{short}\n({interval})",
        plot_pooled="{short}, {method}, {test}\n({interval})",
        effect="{short}\n({interval})",
        heterogeneity="{name}: {tau2}{chi2}; {i2}",
        heterogeneity_names=("Test for heterogeneity", "Test for heterogeneity and inconsistency"),
        tau2="τ²={tau2}; ",
        chi2="χ²={Q}, df={df}, {p}",
        i2="I²={I2_Q}",
        i2_common="I²={I2_Q}",
        overall="Test for overall effect: {letter}={statistic}{dof}, {p}",
        overall_dof=", df={df}",
        between="Test for subgroup differences: {statistic}, {p}",
        between_chi2="χ²={Q}, df={df}",
        between_f="F={Q}, df={df1} and {df2}",
    ),
    numerals=Numerals(equals="=", p_rule="bmj", tau2_digits=2),
    columns=WEIGHT_FIRST,
)

_JAMA = Preset(
    name="jama",
    journal="JAMA",
    style=replace(
        DEFAULT,
        text=8.0,
        note=7.5,
        row=13.0,
        model_gap=2.0,
        plot=80 * _MM,
        plot_least=48 * _MM,
        text_least=7.0,
        widest=190 * _MM,
        accent="#00008b",
        diamond_fill="#add8e6",
        diamond_edge="#00008b",
        pale="#eef6fa",
        tint="#eef6fa",
        rule="#000000",
    ),
    wording=replace(
        ENGLISH,
        study="Source",
        favours="Favors {name}",
        events=(("No. of events/\ntotal No.", "{events}/{n}"),),
        means=(("Mean (SD)", "{mean} ({sd})"), ("No.", "{n}")),
        size="No.",
        weight="Weight, %",
        effect="{short}\n({interval})",
        plot="{short} ({interval})",
        plot_ratio="{short} ({interval})",
        heterogeneity="{name}: {chi2}, {i2}",
        tau2="",
        chi2="χ²{df_below} = {Q} ({p})",
        i2="I² = {I2_Q}",
        i2_common="I² = {I2_Q}",
        overall="Test for overall effect: {letter}{dof} = {statistic} ({p})",
        overall_dof="{df_below}",
        between="Test for subgroup differences: {statistic} ({p})",
        between_chi2="χ²{df_below} = {Q}",
        between_f="F({df1}, {df2}) = {Q}",
    ),
    numerals=Numerals(between="-", p_rule="jama"),
    columns=EFFECT_FIRST,
    favours_on_top=True,
)

_REVMAN = Preset(
    name="revman",
    journal="RevMan and the Cochrane Library",
    style=replace(
        DEFAULT,
        text=8.5,
        note=8.0,
        row=14.0,
        plot=60 * _MM,
        plot_least=45 * _MM,
        text_least=7.0,
        widest=190 * _MM,
        accent="#cc0000",
        diamond_fill="#000000",
        diamond_edge="#000000",
        pale="#bfbfbf",
        tint="#e3e3e3",
        rule="#000000",
    ),
    wording=replace(
        ENGLISH,
        study="Study or Subgroup",
        events=(("Events", "{events}"), ("Total", "{n}")),
        means=(("Mean", "{mean}"), ("SD", "{sd}"), ("Total", "{n}")),
        size="Total",
        weight="Weight\n(%)",
        effect="{short}\nIV, {model}, {interval}",
        plot="{short}\nIV, {model}, {interval}",
        plot_ratio="{short}\nIV, {model}, {interval}",
        rob="Risk of Bias",
        heterogeneity="{name}: {tau2}{chi2}; {i2}",
        tau2="Tau² = {tau2}; ",
        chi2="Chi² = {Q}, df = {df} ({p})",
        i2="I² = {I2_Q}",
        i2_common="I² = {I2_Q}",
        overall="Test for overall effect: {letter} = {statistic}{dof} ({p})",
        letters=("Z", "T"),
        between="Test for subgroup differences: {statistic} ({p})",
        between_chi2="Chi² = {Q}, df = {df}",
        between_f="F = {Q}, df = {df1}, {df2}",
    ),
    numerals=Numerals(opening="[", closing="]", between=" , ", p_rule="two", tau2_digits=3),
    columns=PLOT_LAST,
    by_kind={
        "binary": {"accent": "#0000cc"},
        "continuous": {"accent": "#00a000"},
    },
    rob_palette="cochrane",
)

_LANCET = Preset(
    name="lancet",
    journal="The Lancet",
    style=replace(
        DEFAULT,
        text=8.0,
        note=7.5,
        row=13.5,
        plot=70 * _MM,
        plot_least=48 * _MM,
        text_least=7.0,
        widest=190 * _MM,
        accent="#00468b",
        pale="#c9d6e5",
        tint="#dfe7f0",
        rule="#000000",
    ),
    wording=replace(
        ENGLISH,
        events=(("n/N", "{events}/{n}"),),
        means=(("Mean (SD)", "{mean} ({sd})"), ("N", "{n}")),
        size="N",
        plot="{short} ({interval})",
        plot_ratio="{short} ({interval})",
        heterogeneity="{name}: {tau2}{chi2}; {i2}",
        tau2="τ²={tau2}; ",
        chi2="χ²={Q}, df={df}, {p}",
        i2="I²={I2_Q}",
        i2_common="I²={I2_Q}",
        overall="Test for overall effect: {letter}={statistic}{dof}, {p}",
        overall_dof=", df={df}",
        between="Test for subgroup differences: {statistic}, {p}",
        between_chi2="χ²={Q}, df={df}",
        between_f="F={Q}, df={df1} and {df2}",
    ),
    numerals=Numerals(
        decimal="·", thousands=" ", between="–", p_letter="p", equals="=", p_rule="lancet", tau2_digits=2
    ),
)

_NATURE = Preset(
    name="nature",
    journal="Nature",
    style=replace(
        DEFAULT,
        text=7.0,
        note=6.0,
        heading=7.0,
        margin=4.0,
        gap=10.0,
        inner_gap=7.0,
        plot_gap=12.0,
        row=11.0,
        model_gap=4.0,
        plot=150.0,
        study_limit=220.0,
        header_limit=80.0,
        favours_limit=120.0,
        pages=(89 * _MM, 183 * _MM),
        tallest=170 * _MM,
        text_least=5.0,
        plot_least=70.0,
        study_least=70.0,
        square=8.0,
        diamond=7.5,
        bar=3.0,
        arrow=4.5,
        badge=7.6,
        badge_gap=2.0,
        strong=0.8,
        line=0.6,
        accent="#0072b2",
        pale="#cce3f0",
        tint="#e0eef7",
        faint="#000000",
        rule="#000000",
    ),
    wording=replace(
        ENGLISH, plot="{short}\n({interval})", plot_ratio="{short}\n({interval})", i2="I² = {I2_Q}"
    ),
    numerals=Numerals(between="–", p_rule="two"),
)

_PLOS = Preset(
    name="plos",
    journal="PLOS",
    style=replace(
        DEFAULT,
        text=9.0,
        note=8.0,
        margin=6.0,
        gap=12.0,
        inner_gap=8.0,
        plot_gap=14.0,
        pages=(190.5 * _MM,),
        tallest=222.3 * _MM,
        text_least=8.0,
        plot_least=80.0,
        accent="#404040",
        diamond_fill="#000000",
        diamond_edge="#000000",
        pale="#bfbfbf",
        tint="#e3e3e3",
        faint="#404040",
        rule="#808080",
    ),
    wording=replace(
        ENGLISH, plot="{short}\n({interval})", plot_ratio="{short}\n({interval})", i2="I² = {I2_Q}"
    ),
    numerals=Numerals(between="–", p_letter="p", p_rule="two"),
    files=FileSettings(outlined=True),
)

_BMC = Preset(
    name="bmc",
    journal="BioMed Central",
    style=replace(
        DEFAULT,
        text=9.0,
        note=8.0,
        margin=6.0,
        gap=12.0,
        inner_gap=8.0,
        plot_gap=14.0,
        pages=(85 * _MM, 176 * _MM),
        tallest=225 * _MM,
        text_least=8.0,
        plot_least=80.0,
        accent="#1b5e9b",
    ),
    wording=replace(
        ENGLISH, plot="{short}\n({interval})", plot_ratio="{short}\n({interval})", i2="I² = {I2_Q}"
    ),
    numerals=Numerals(between="–", p_rule="two"),
)

PRESETS: Mapping[str, Preset] = {
    preset.name: preset for preset in (METAAN, _BMJ, _JAMA, _REVMAN, _LANCET, _NATURE, _PLOS, _BMC)
}
"""Every preset by its name."""


def preset_of(name: str) -> Preset:
    """Look up a preset.

    Parameters
    ----------
    name : str
        A journal: bmj, jama, revman, lancet, nature, plos, bmc; or metaan.

    Raises
    ------
    RequestError
        For an unknown name; the message holds those that are near, or all.

    Examples
    --------
    >>> preset_of("bmj").journal
    'The BMJ'
    >>> preset_of("natur")
    Traceback (most recent call last):
    metaan.errors.RequestError: There is no preset for the journal “natur”; did you mean “nature”?
    """
    found = PRESETS.get(name.strip().lower())
    if found is not None:
        return found
    close = get_close_matches(name.strip().lower(), PRESETS, n=2, cutoff=0.5)
    cure = f"did you mean “{'” or “'.join(close)}”?" if close else f"there are {', '.join(PRESETS)}."
    raise RequestError(f"There is no preset for the journal “{name[:60]}”; {cure}")
