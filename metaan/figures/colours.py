"""Colours that stand for numbers, and the ink that is read on them.

The diverging scale runs from blue over white to orange: people who cannot tell red from green see it,
and in grey both ends are darker than the middle. Colours come in steps, so that equal ones are equal bytes.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["contrast", "diverging", "ink_on", "nice_limit", "sequential"]

STEPS = 20
BLUE = ("#ffffff", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac")
ORANGE = ("#ffffff", "#fee0b6", "#fdb863", "#e08214", "#b35806")
DEEPENING = ("#e6f0f9", "#c6dbef", "#9ecae1", "#4292c6", "#08519c")
BLACK, WHITE = "#000000", "#ffffff"
RATIOS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
FAR = 3.0
"""How many times the upper quartile the ends of a scale may lie away: one wild value fades no others."""


def diverging(value: float) -> str:
    """Give the colour of a value in [-1, 1]: below 0 orange, above 0 blue; beyond the ends as at them.

    Examples
    --------
    >>> diverging(-1), diverging(0), diverging(7)
    ('#b35806', '#ffffff', '#2166ac')
    """
    return _between(BLUE if value > 0 else ORANGE, abs(value))


def sequential(value: float) -> str:
    """Give the colour of a value in [0, 1]: white for nothing, else from pale to dark blue.

    Examples
    --------
    >>> sequential(0), sequential(1)
    ('#ffffff', '#08519c')
    """
    return _between(DEEPENING, value) if value > 0 else WHITE


@lru_cache(maxsize=4096)
def ink_on(fill: str) -> str:
    """Choose black or white, whichever is read better on a fill: the contrast is at least 4.58.

    Examples
    --------
    >>> ink_on("#2166ac"), ink_on("#fdb863")
    ('#ffffff', '#000000')
    """
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, fill))


def contrast(one: str, other: str) -> float:
    """Measure the contrast ratio of two colours, 1 to 21, as WCAG 2.1 defines it.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 6)
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def nice_limit(values: Sequence[float], *, ratio: bool) -> float:
    """Choose a round value at which both ends of a diverging scale stand, analysis scale.

    It reaches the largest absolute value, unless that lies more than three times beyond what holds three
    quarters of them.

    Parameters
    ----------
    values : sequence of float
        Finite effects, analysis scale.
    ratio : bool
        Whether that is logarithmic.

    Examples
    --------
    >>> from math import exp
    >>> round(exp(nice_limit([0.1, -0.6], ratio=True)), 6), nice_limit([0.3, -1.7], ratio=False)
    (2.0, 2.0)
    """
    sizes = sorted(abs(value) for value in values)
    most = min(sizes[-1], FAR * sizes[ceil(0.75 * len(sizes)) - 1]) if sizes else 0.0
    most = most or (sizes[-1] if sizes else 0.0) or (log(RATIOS[0]) if ratio else 1.0)
    if ratio:
        return next((log(r) for r in RATIOS if log(r) >= most * (1 - 1e-9)), most)
    decade = 10.0 ** int(f"{most:e}".partition("e")[2])
    return next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= most * (1 - 1e-9))


def _between(stops: tuple[str, ...], share: float) -> str:
    """Take one of `STEPS` even steps between the first and the last stop."""
    step = round(min(max(share, 0.0), 1.0) * STEPS) / STEPS * (len(stops) - 1)
    below = min(int(step), len(stops) - 2)
    part = step - below
    one, other = _channels(stops[below]), _channels(stops[below + 1])
    return "#" + "".join(f"{round(a + part * (b - a)):02x}" for a, b in zip(one, other, strict=True))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
