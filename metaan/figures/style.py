"""What a figure looks like: sizes in points, colours, words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from metaan.figures.numerals import Numerals
from metaan.figures.typefaces import DEJAVU

__all__ = ["DEFAULT", "Style"]

LETTER_STEP = 0.5
BETWEEN_BADGES, BETWEEN_MARKS = 0.9, 1.0
LEAST_LEADING = 1.2
"""Height of a line in letters of its size: a typeface is 1.12 to 1.16 high from its ascent to its descent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Everything about a figure that is taste and not data; lengths are points.

    Attributes
    ----------
    text, note, heading : float
        Font sizes of rows, of the lines below a figure, of its heading.
    margin, gap, inner_gap, plot_gap : float
        Page margin; space between columns, inside a group of columns, beside the plot.
    row, model_gap, leading, indent : float
        Height of a row; extra space before the models; line height as a multiple of the font size; how far
        the rows below a subheading stand in.
    plot : float
        Width of the plot.
    study_limit, header_limit, favours_limit, heading_limit : float
        Widest study name, column header, favours label and heading before they are wrapped or shortened.
    pages : tuple of float
        Widths that a page may have, the smallest first: a figure is as wide as one of them. Empty for any.
    tallest : float
        Height that a page may have.
    widest : float
        Width that a figure keeps to where it can, if there are no `pages`.
    zoom : float
        What the plots, panels and boxes of a figure are multiplied by for it to fit a page.
    plot_least, study_least, text_least : float
        Down to which plot, study names and letters are made smaller for a figure to fit the widest page.
    square, square_least, diamond, bar, arrow : float
        Side of the heaviest square and of the lightest; heights of diamond and prediction bar; arrow length.
    badge, badge_gap : float
        Diameter of a mark for risk of bias, and the space between two.
    hair, line, strong : float
        Line widths.
    family : str
        The typeface.
    numerals : Numerals
        How numbers are written.
    titled : bool
        Whether a figure carries its own heading.
    bold_header, bold_model : bool
        Whether headers, and the row of the main model, are set in bold.
    ink, faint, accent, pale, rule, interval, inside, paper : str
        Colours: text, lesser text, squares and diamonds, lesser diamonds, header rule, prediction interval,
        the interval inside a square, background. Each stays apart from its neighbours in grey.
    square_edge, diamond_fill, diamond_edge, band, tint : str
        Rim of a square ("none" for none), diamonds where they are not in `accent` (empty for that), the
        band of differences that do not matter, regions behind curves.
    """

    text: float = 9.0
    note: float = 8.0
    heading: float = 10.5
    margin: float = 8.0
    gap: float = 16.0
    inner_gap: float = 10.0
    plot_gap: float = 18.0
    row: float = 15.0
    model_gap: float = 7.0
    leading: float = 1.35
    indent: float = 10.0
    plot: float = 216.0
    study_limit: float = 330.0
    header_limit: float = 110.0
    favours_limit: float = 170.0
    heading_limit: float = 430.0
    pages: tuple[float, ...] = ()
    tallest: float = inf
    widest: float = inf
    zoom: float = 1.0
    plot_least: float = 100.0
    study_least: float = 90.0
    text_least: float = 6.0
    square: float = 11.0
    square_least: float = 3.0
    diamond: float = 10.0
    bar: float = 4.0
    arrow: float = 6.0
    badge: float = 10.5
    badge_gap: float = 3.5
    hair: float = 0.5
    line: float = 0.9
    strong: float = 1.2
    family: str = DEJAVU
    numerals: Numerals = Numerals()  # noqa: RUF009 - a frozen value
    titled: bool = True
    bold_header: bool = True
    bold_model: bool = True
    ink: str = "#000000"
    faint: str = "#595959"
    accent: str = "#2166ac"
    pale: str = "#c6dbef"
    rule: str = "#a7a9ac"
    interval: str = "#595959"
    inside: str = "#ffffff"
    paper: str = "#ffffff"
    square_edge: str = "none"
    diamond_fill: str = ""
    diamond_edge: str = ""
    band: str = "#e6e6e6"
    tint: str = "#dbe7f3"

    def with_rows(self, share: float, *, badges: bool = False) -> Style:
        """Set rows and lines closer together: 1 as they are, 0 as close as letters, and badges, allow.

        Examples
        --------
        >>> round(DEFAULT.with_rows(0.5, badges=True).row, 1), round(DEFAULT.with_rows(0.0).row, 1)
        (13.2, 10.8)
        """
        least = max(LEAST_LEADING * self.text, self.badge + BETWEEN_BADGES if badges else 0.0)
        row = min(self.row, least + share * (self.row - least))
        return replace(
            self,
            row=row,
            square=min(self.square, row - BETWEEN_MARKS),
            diamond=min(self.diamond, row - BETWEEN_MARKS),
            leading=LEAST_LEADING + share * (self.leading - LEAST_LEADING),
            model_gap=self.model_gap * share,
        )

    def smaller_letters(self) -> list[float]:
        """Give the sizes of rows below `text`, down to `text_least`."""
        steps = int((self.text - self.text_least) / LETTER_STEP + 1e-9)
        return [self.text - LETTER_STEP * (i + 1) for i in range(steps)]

    def with_letters(self, size: float) -> Style:
        """Set rows in another size, with all that is as large as its letters.

        Examples
        --------
        >>> DEFAULT.with_letters(6.0).row
        10.0
        """
        share = size / self.text
        return replace(
            self,
            text=size,
            note=min(self.note, size),
            row=self.row * share,
            badge=self.badge * share,
            badge_gap=self.badge_gap * share,
        )


DEFAULT = Style()
