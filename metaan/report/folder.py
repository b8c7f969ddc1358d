"""The output folder: written beside its place and swapped in whole, so a killed run leaves the last one.

A run writes into `.<name>.metaan-new-<process>` beside the folder. When everything is there, the two change
places in one step where the system can (Linux, `renameat2`), otherwise in two renames; a run that was
killed between the two is put right when the next one starts.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from metaan.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

if sys.platform != "win32":
    import fcntl

__all__ = ["MANIFEST", "UNLISTED", "Files", "read_files", "recover", "refuse_foreign", "replace_folder"]

Files = dict[str, bytes]

MANIFEST = "manifest.json"
# Files of a report that its manifest does not list.
UNLISTED = frozenset({MANIFEST, "SHA256SUMS", "environment.json"})
# What file managers leave behind; it is nobody's work.
DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
PRODUCER = "metaan"

AT_FDCWD = -100
RENAME_EXCHANGE = 2


def replace_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder hold exactly these files, all at once.

    Parameters
    ----------
    out : Path
        The folder; made where it is missing. A link is followed.
    files : mapping of str to bytes
        Path within the folder, with forward slashes, to content.

    Raises
    ------
    OutputError
        Where `out` is a file, holds files that no report lists, is being written to by another run, or
        cannot be written.
    """
    out = out.resolve()
    refuse_foreign(out)
    with _said(out), _staged(out) as new:
        for name, content in files.items():
            _write(new / name, content)
        _swap(new, out)


def recover(out: Path) -> None:
    """Put right what a killed run left: bring back a folder caught between two renames, drop leftovers.

    Parameters
    ----------
    out : Path
        The folder of a report; it need not exist.
    """
    out = out.resolve()
    old = _old(out)
    with _said(out):
        if old.is_dir() and not out.exists():
            old.rename(out)
        for leftover in (old, *out.parent.glob(f".{_escaped(out.name)}.metaan-new-*")):
            if leftover.is_dir() and not _in_use(leftover):
                shutil.rmtree(leftover)


def refuse_foreign(out: Path) -> None:
    """Refuse a place that a report must not replace: a file, or a folder with somebody's own files.

    Raises
    ------
    OutputError
        With the names of the files, and what to do.
    """
    if out.is_file():
        raise OutputError(f"{out} is a file; name a folder with --out.")
    foreign = sorted(set(read_names(out)) - _listed(out) - UNLISTED)
    if not foreign:
        return
    named = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
    raise OutputError(
        f"{out} holds files that are not part of a report that metaan wrote there ({named})."
        " Nothing was changed: move them away, or name another folder with --out."
    )


def read_names(out: Path) -> Iterator[str]:
    """List the files in a folder as paths within it, without what file managers leave behind."""
    for path in sorted(out.rglob("*")):
        dropped = path.name in DROPPINGS or path.name.endswith(".metaan-new")
        if (path.is_file() or path.is_symlink()) and not dropped:
            yield path.relative_to(out).as_posix()


def read_files(out: Path) -> Files:
    """Read a whole folder: path within it to content."""
    return {name: (out / name).read_bytes() for name in read_names(out)}


def _listed(out: Path) -> set[str]:
    try:
        manifest = json.loads((out / MANIFEST).read_bytes())
        if manifest["producer"] != PRODUCER:
            return set()
        return {str(entry["path"]) for entry in manifest["outputs"]}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


@contextmanager
def _staged(out: Path) -> Iterator[Path]:
    out.parent.mkdir(parents=True, exist_ok=True)
    recover(out)
    new = out.parent / f".{out.name}.metaan-new-{os.getpid()}"
    new.mkdir()
    handle = _locked(new)
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if handle is not None:
            os.close(handle)


@contextmanager
def _said(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(
            f"The report could not be written to {out}: {reason}. The folder above it must be writable;"
            " name another folder with --out."
        ) from error


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _swap(new: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        _swap_by_renames(new, out)


def _exchange(new: Path, out: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    done = rename(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(out), RENAME_EXCHANGE)
    return bool(done == 0)


def _swap_by_renames(new: Path, out: Path) -> None:
    old = _old(out)
    try:
        out.rename(old)
    except OSError as error:
        # A mount point, or a folder of a lower layer, cannot be renamed: its files are replaced one by one.
        if error.errno not in {errno.EBUSY, errno.EXDEV}:
            raise
        _replace_files(new, out)
        return
    new.rename(out)
    shutil.rmtree(old)


def _replace_files(new: Path, out: Path) -> None:
    wanted = set(read_names(new))
    for name in sorted(wanted, key=lambda name: (name in UNLISTED, name)):
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.metaan-new")
        shutil.copyfile(new / name, beside)
        beside.replace(target)
    for name in set(read_names(out)) - wanted:
        (out / name).unlink()


def _old(out: Path) -> Path:
    return out.parent / f".{out.name}.metaan-old"


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _locked(folder: Path) -> int | None:
    if sys.platform == "win32":  # it has no locks of this kind
        return None
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # some network file systems have no locks
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _in_use(folder: Path) -> bool:
    if sys.platform == "win32":
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
