"""Colours that stand for numbers: read by everyone, in grey, and under text."""

from __future__ import annotations

from itertools import pairwise
from math import log

import numpy as np
import pytest

from metaan.figures.colours import contrast, diverging, ink_on, nice_limit, sequential

STEPS = [i / 20 for i in range(-20, 21)]
READABLE = 4.5  # WCAG 2.1, level AA
APART = 20.0  # CIE76 difference in Lab; about 2 can just be seen

# Machado GM, Oliveira MM, Fernandes LAF. A physiologically-based model for simulation of color vision
# deficiency. IEEE Transactions on Visualization and Computer Graphics 2009; 15: 1291-1298, severity 1.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(colour, kind="none"):
    seen = np.clip(np.asarray(BLINDNESS[kind]) @ linear(colour), 0, 1)
    t = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_agrees_with_known_pairs():
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the lightest grey of WCAG AA
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.00, abs=0.005)


@pytest.mark.parametrize("scale", [diverging, sequential])
def test_text_is_read_on_every_colour(scale):
    for step in STEPS:
        fill = scale(step)
        assert contrast(ink_on(fill), fill) >= READABLE


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_two_sides_are_told_apart_by_everyone(kind):
    for size in (0.25, 0.5, 0.75, 1.0):
        assert np.linalg.norm(lab(diverging(size), kind) - lab(diverging(-size), kind)) >= APART


def test_in_grey_more_is_darker():
    for scale in (diverging, sequential, lambda step: diverging(-step)):
        grey = [lab(scale(step))[0] for step in STEPS if step >= 0]
        assert all(lighter > darker for lighter, darker in pairwise(grey))


def test_beyond_the_ends_the_colour_is_that_of_the_end():
    assert (diverging(3), diverging(-3), sequential(2)) == (diverging(1), diverging(-1), sequential(1))


def test_one_wild_value_does_not_fade_the_others():
    usual = [log(1.5), -log(1.4), log(1.3), -log(1.2), log(1.1)]
    assert nice_limit([*usual, log(900)], ratio=True) < log(10)
    assert nice_limit(usual, ratio=True) == pytest.approx(log(1.5))


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
@pytest.mark.parametrize("ratio", [True, False])
def test_a_limit_is_always_positive(values, ratio):
    assert nice_limit(values, ratio=ratio) > 0
