"""One line of text, drawn where it stands without being laid out.

matplotlib lays every text out once for each format, as a block of lines with ascents, descents, leading and
a rotated box, and asks for the metrics of the font on the way. A single line on its baseline needs none of
that: only how wide it is, and that only where it does not begin at its place.
"""

from __future__ import annotations

import warnings
from functools import cache
from math import cos, radians, sin
from typing import TYPE_CHECKING

from matplotlib.colors import to_rgba
from matplotlib.font_manager import get_font
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase

__all__ = ["BEFORE", "OneLine", "characters", "warn_of_boxes"]

BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}
"""Which share of a line stands before its place."""


class OneLine(Text):
    """A text that stands on its baseline; one that was given anything else is laid out by matplotlib."""

    def draw(self, renderer: RendererBase) -> None:
        """Hand the line to the renderer, at the place that a layout would find."""
        if not self._is_plain():
            super().draw(renderer)
        elif self.get_visible() and self.get_text():
            renderer.open_group("text", self.get_gid())
            self._draw_line(renderer)
            renderer.close_group("text")
            self.stale = False

    def _is_plain(self) -> bool:
        return (
            "\n" not in self.get_text()
            and self.get_verticalalignment() == "baseline"
            and self.get_rotation_mode() == "anchor"
            and not (self.get_parse_math() or self.get_usetex() or self.get_wrap())
            and not (self.get_path_effects() or self.get_bbox_patch() or self.get_clip_on())
            and isinstance(self.get_fontproperties().get_file(), str)
            and not (self.get_rasterized() or self.get_url() or self.get_agg_filter())
            and self.get_alpha() is None
        )

    def _draw_line(self, renderer: RendererBase) -> None:
        text, font, angle = self.get_text(), self.get_fontproperties(), self.get_rotation()
        warn_of_boxes(text, str(font.get_file()))
        x, y = self.get_transform().transform(self.get_unitless_position())
        share = BEFORE[self.get_horizontalalignment()]
        if share:
            wide, _, _ = renderer.get_text_width_height_descent(text, font, False)
            x -= share * wide * cos(radians(angle))
            y -= share * wide * sin(radians(angle))
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        pen = renderer.new_gc()
        pen.set_foreground(to_rgba(self.get_color()), isRGBA=True)
        pen.set_antialiased(self.get_antialiased())
        renderer.draw_text(pen, x, y, text, font, angle, ismath=False, mtext=self)
        pen.restore()


def warn_of_boxes(text: str, file: str) -> None:
    """Warn of what a font lacks, as a layout does."""
    for character in sorted(set(text) - characters(file)):
        if character.isprintable():
            warnings.warn(f"Glyph {ord(character)} missing from font {file}.", UserWarning, stacklevel=2)


@cache
def characters(file: str) -> frozenset[str]:
    """Name the characters of a font."""
    return frozenset(map(chr, get_font(file).get_charmap()))
