"""The bytes of a file that holds data: an ordinary file, never a pipe or a device."""

from __future__ import annotations

import errno
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["bytes_of"]


def bytes_of(path: Path) -> bytes:
    """Read an ordinary file.

    Parameters
    ----------
    path : Path
        The file; a link to an ordinary file will do.

    Raises
    ------
    OSError
        Where it cannot be read, or is a pipe, socket or device, which may never end.
    """
    mode = path.stat().st_mode
    if not S_ISREG(mode) and not S_ISDIR(mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not an ordinary file")
    return path.read_bytes()
