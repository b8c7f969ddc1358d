"""A new folder, written beside its place and moved there whole; what is there already stays as it is."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from metaan.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["refuse_occupied", "write_new_folder"]

DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave behind; it is nobody's work."""
NAMED = 3


def refuse_occupied(folder: Path) -> None:
    """Refuse a place where something is: a file, or a folder that is not empty.

    Parameters
    ----------
    folder : Path
        It need not exist.

    Raises
    ------
    OutputError
        With what is there, and what to do.
    """
    try:
        if folder.is_symlink() and not folder.exists():
            raise OutputError(f"{folder} is a link that leads nowhere; name another folder.")
        above = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
        if above.exists() and not above.is_dir():
            inside = "" if above == folder else f", so {folder} cannot be made"
            raise OutputError(f"{above} is a file{inside}; name another folder.")
        found = sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise OutputError(f"{folder} cannot be looked into: {_reason(error)}; name another.") from error
    found = [name for name in found if name not in DROPPINGS]
    if found:
        named = ", ".join(found[:NAMED]) + (" and more" if found[NAMED:] else "")
        raise OutputError(
            f"{folder} is not empty ({named}). Nothing was changed: name a new folder, or empty this one."
        )


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder that holds exactly these files, or none at all.

    Parameters
    ----------
    folder : Path
        Missing or empty; a link is followed.
    files : mapping of str to bytes
        Name within the folder to content.

    Raises
    ------
    OutputError
        Where something is there, or the folder cannot be written.
    """
    refuse_occupied(folder)
    place = folder.resolve()
    new = place.parent / f".{place.name}.metaan-new-{os.getpid()}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        try:
            for name, content in files.items():
                _write(new, name, content)
            _move(new, place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"{folder} could not be written: {_reason(error)}. The folder above it must be writable; name"
            " another one."
        ) from error


def _write(new: Path, name: str, content: bytes) -> None:
    if PurePosixPath(name).name != name:
        raise ValueError(f"{name!r} is no plain file name")
    (new / name).write_bytes(content)


def _move(new: Path, place: Path) -> None:
    """Put the new folder in place; an empty one there gives way, a filled one does not."""
    if place.exists():
        for dropping in DROPPINGS:
            with suppress(FileNotFoundError):
                (place / dropping).unlink()
        place.rmdir()
    new.rename(place)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
