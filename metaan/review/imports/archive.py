"""Zip archives of strangers: read in memory, within bounds, nothing unpacked to disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LARGEST_FILE", "LARGEST_WHOLE", "Archive"]

LARGEST_FILE = 50_000_000
"""Bytes of a file, and of any file within an archive."""
LARGEST_WHOLE = 200_000_000
"""Bytes of everything that an archive unpacks to."""
MOST_FILES = 5_000
ABSOLUTE = re.compile(r"[\\/]|[A-Za-z]:")
CURE = "Unpack it yourself and look what it is, or ask for the file again."


class Archive:
    """A zip archive whose files are read one by one.

    Parameters
    ----------
    name : str
        For messages.
    data : bytes
        The archive.

    Raises
    ------
    InputError
        For what is no archive, is encrypted, holds too much, or names places outside itself.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise InputError(
                f"{name} is no zip archive, or is damaged ({error}). Download or save it again."
            ) from error
        self._refuse_hostile(self._zip.infolist())

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the files, without folders."""
        return tuple(entry.filename for entry in self._zip.infolist() if not entry.is_dir())

    def read(self, path: str) -> bytes:
        """Read one file.

        Raises
        ------
        InputError
            Where it is longer than it says or than is allowed, or damaged.
        """
        try:
            with self._zip.open(path) as opened:
                data = opened.read(LARGEST_FILE + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise InputError(
                f"{self.name}: {visible(path)} cannot be unpacked ({error}). Download or save it again."
            ) from error
        if len(data) > LARGEST_FILE:
            raise InputError(
                f"{self.name}: {visible(path)} is larger than {LARGEST_FILE // 10**6} MB. {CURE}"
            )
        return data

    def _refuse_hostile(self, entries: Iterable[zipfile.ZipInfo]) -> None:
        entries = list(entries)
        if len(entries) > MOST_FILES:
            raise InputError(f"{self.name} holds {len(entries)} files, more than {MOST_FILES}. {CURE}")
        whole = sum(entry.file_size for entry in entries)
        if whole > LARGEST_WHOLE or any(entry.file_size > LARGEST_FILE for entry in entries):
            raise InputError(
                f"{self.name} would unpack to {whole:,} bytes, more than is read here"
                f" ({LARGEST_FILE:,} for one file, {LARGEST_WHOLE:,} together). {CURE}"
            )
        for entry in entries:
            if ABSOLUTE.match(entry.filename) or ".." in re.split(r"[\\/]", entry.filename):
                raise InputError(
                    f"{self.name} holds a file that names a place outside the archive,"
                    f" {visible(entry.filename[:120])}. {CURE}"
                )
            if entry.flag_bits & 0x1:
                raise InputError(f"{self.name} is protected by a password. Save it again without one.")
