"""A line that is not laid out stands where matplotlib's own layout puts it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from metaan.figures.fonts import drawing_font
from metaan.figures.lettering import OneLine

FORMATS = ("svg", "pdf", "rgba")


def written(kind: type[Text], format: str, **options: Any) -> bytes:  # noqa: A002
    figure = Figure(figsize=(3, 2))
    font = FontProperties(size=9.5, fname=str(drawing_font("a")))
    given = {
        "x": 0.437,
        "y": 0.613,
        "text": "0.44 (0.27 to 0.74)",
        "fontproperties": font,
        "clip_on": False,
        **options,
    }
    figure.add_artist(kind(**given))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format, **{} if format == "rgba" else {"metadata": dates(format)})
    return buffer.getvalue()


def dates(format: str) -> dict[str, None]:  # noqa: A002
    return {"Date": None} if format == "svg" else {"CreationDate": None}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_every_format_is_as_matplotlib_lays_it_out(align: str, rotation: float, format: str) -> None:  # noqa: A002
    options = {"ha": align, "rotation": rotation, "va": "baseline", "rotation_mode": "anchor"}
    options |= {"parse_math": False, "color": "#2166ac"}
    assert written(OneLine, format, **options) == written(Text, format, **options)


@pytest.mark.parametrize(
    "unusual",
    [
        {"va": "top"},
        {"text": "two\nlines"},
        {"rotation_mode": "default", "rotation": 30},
        {"text": "$x^2$", "parse_math": True},
        {"bbox": {"facecolor": "red"}},
        {"visible": False},
        {"text": ""},
        {"clip_on": True},
        {"alpha": 0.5},
    ],
    ids=str,
)
def test_what_it_was_not_made_for_is_left_to_matplotlib(unusual: dict[str, Any]) -> None:
    options = {"va": "baseline", "rotation_mode": "anchor", "parse_math": False, **unusual}
    assert written(OneLine, "rgba", **options) == written(Text, "rgba", **options)


def test_a_character_that_the_font_lacks_is_warned_of() -> None:
    options = {"va": "baseline", "rotation_mode": "anchor", "parse_math": False}
    with pytest.warns(UserWarning, match="Glyph 28450 missing from font "):
        written(OneLine, "rgba", text="\u6f22", **options)
