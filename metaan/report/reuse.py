"""Figures that need not be drawn again, because all that they are drawn from is as it was in the last run.

They are kept in the user's own cache, one file for each output folder, and never in a report: a report that
somebody else made brings no figure into ours. `metaan verify` takes none over.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from metaan.report.rendered import RenderedFigure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from metaan.report.drawings import Wanted

__all__ = ["figure_key", "keep_figures", "kept_figures"]

CACHE = "METAAN_CACHE"
"""Environment variable that names another folder than the user's cache."""

INDEX = "figures.json"
FORMATS = ("svg", "pdf", "png", "tiff", "eps")
LIBRARIES = ("fonttools", "matplotlib", "numpy", "pillow")
FOLDERS_KEPT = 20
FIRST_DATE = (1980, 1, 1, 0, 0, 0)


def figure_key(figure: Wanted) -> str:
    """Digest everything that a figure's bytes follow from: its room, its arguments and what draws.

    Parameters
    ----------
    figure : Wanted
        The figure.

    Returns
    -------
    str
        SHA-256 in hexadecimal.

    Raises
    ------
    TypeError
        For an argument of a kind that is not known here.
    """
    digest = hashlib.sha256(_drawer())
    own = (figure.id, figure.title, figure.room, figure.arguments, figure.formats, figure.caution)
    _feed(digest.update, own)
    return digest.hexdigest()


def kept_figures(out: Path) -> dict[str, RenderedFigure]:
    """Read the figures of the last run for an output folder.

    Parameters
    ----------
    out : Path
        The output folder; it need not exist.

    Returns
    -------
    dict of str to RenderedFigure
        Key to figure; empty where nothing was kept, it cannot be read, or something else drew it.
    """
    try:
        with zipfile.ZipFile(_place(out)) as kept:
            index = json.loads(kept.read(INDEX))
            if index["drawer"] != _drawer().hex():
                return {}
            return {str(key): _read(kept, str(key), words) for key, words in index["figures"].items()}
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile, RecursionError):
        return {}


def keep_figures(out: Path, figures: Iterable[RenderedFigure], keys: Mapping[str, str]) -> None:
    """Keep the figures of this run for the next one; a cache that cannot be written to is done without.

    Parameters
    ----------
    out : Path
        The output folder.
    figures : iterable of RenderedFigure
        All of the report.
    keys : mapping of str to str
        Figure id to its key.
    """
    place = _place(out)
    beside = place.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(beside, {keys[figure.id]: figure for figure in figures})
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
        _forget(place.parent)


def _place(out: Path) -> Path:
    from platformdirs import user_cache_path

    named = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]
    chosen = os.environ.get(CACHE)
    return (Path(chosen) if chosen else user_cache_path("metaan", appauthor=False)) / f"{named}.zip"


def _read(kept: zipfile.ZipFile, key: str, words: Mapping[str, str]) -> RenderedFigure:
    contents = {name: b"" if words["refusal"] else kept.read(f"{key}.{name}") for name in FORMATS}
    return RenderedFigure(
        id=words["id"],
        title=words["title"],
        alt=words["alt"],
        description=words["description"],
        refusal=words["refusal"],
        remark=words["remark"],
        files=tuple(words["files"]),
        **contents,
    )


def _write(path: Path, figures: Mapping[str, RenderedFigure]) -> None:
    words = ("id", "title", "alt", "description", "refusal", "remark", "files")
    with zipfile.ZipFile(path, "w") as kept:
        index = {key: {word: getattr(one, word) for word in words} for key, one in figures.items()}
        document = {"drawer": _drawer().hex(), "figures": index}
        kept.writestr(zipfile.ZipInfo(INDEX, FIRST_DATE), json.dumps(document))
        for key, one in figures.items():
            for ending in () if one.refusal else FORMATS:
                kept.writestr(zipfile.ZipInfo(f"{key}.{ending}", FIRST_DATE), getattr(one, ending))


def _forget(folder: Path) -> None:
    """Drop what was kept for the output folders that were written longest ago."""
    known = sorted(folder.glob("*.zip"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in known[FOLDERS_KEPT:]:
        file.unlink(missing_ok=True)


@cache
def _drawer() -> bytes:
    """Digest the code and the libraries that draw."""
    digest = hashlib.sha256()
    package = resources("metaan")
    rooms = sorted((package / "figures").iterdir(), key=lambda room: room.name)
    for room in (*rooms, package / "format.py", package / "report" / "drawings.py"):
        if room.name.endswith(".py"):
            digest.update(room.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.digest()


def _feed(update: Callable[[bytes], object], value: object) -> None:
    """Feed a value with its kinds and lengths, so that no two values feed alike."""
    if value is None or isinstance(value, (bool, int, float, str)):
        text = repr(value)
        update(f"{type(value).__name__}{len(text)}:{text}".encode(errors="surrogatepass"))
    elif isinstance(value, np.ndarray):
        update(f"array{value.dtype}{value.shape}:".encode())
        update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        update(f"{type(value).__qualname__}{len(names)}:".encode())
        for name in names:
            _feed(update, getattr(value, name))
    elif isinstance(value, dict):
        update(f"dict{len(value)}:".encode())
        for pair in value.items():
            _feed(update, pair)
    elif isinstance(value, (tuple, list)):
        update(f"sequence{len(value)}:".encode())
        for each in value:
            _feed(update, each)
    else:
        raise TypeError(f"a figure cannot be drawn from {type(value).__name__}")
