"""The output folder: written beside its place and swapped in whole, so a killed run leaves the last one.

A run writes into `.<name>.metaan-new-<process>` beside the folder. When everything is there, the two change
places in one step where the system can (Linux, `renameat2`), otherwise in two renames; a run that was
killed between the two is put right when the next one starts. A file that is as it was is not written again:
it gets a second name in the new folder and loses its first with the old one, so that its date stays, and who
copies or synchronises a report sees what changed.

Hidden files and folders at the top (`.log`, `.gitignore`, `.git`) are nobody's report: they stay. A file
gets a second name in the new folder before the swap, so that what somebody writes to it goes on arriving.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import signal
import stat
import sys
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from metaan.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

if sys.platform != "win32":
    import fcntl

__all__ = [
    "MANIFEST",
    "UNLISTED",
    "Files",
    "odd_entries",
    "read_files",
    "recover",
    "refuse_foreign",
    "replace_folder",
]

Files = dict[str, bytes]

MANIFEST = "manifest.json"
# Files of a report that its manifest does not list.
UNLISTED = frozenset({MANIFEST, "SHA256SUMS", "environment.json"})
# What file managers leave behind; it is nobody's work.
DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
PRODUCER = "metaan"
NAMED = 3
EMPTY = "a folder without files"

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
    refuse_foreign(out)
    out = _resolved(out)
    with _said(out), _undisturbed() as disturb, _staged(out) as new:
        for place in {(new / name).parent for name in files}:
            place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            disturb()
            if not _linked(out / name, new / name, content):
                _write(new / name, content)
        disturb()
        _swap(new, out)


def recover(out: Path) -> None:
    """Put right what a killed run left: bring back a folder caught between two renames, drop leftovers.

    Parameters
    ----------
    out : Path
        The folder of a report; it need not exist.
    """
    out = _resolved(out)
    old = _old(out)
    if not out.parent.is_dir():
        return
    with _said(out):
        if old.is_dir() and not out.exists():
            old.rename(out)
        for leftover in (old, *out.parent.glob(f".{_escaped(out.name)}.metaan-new-*")):
            if leftover.is_dir() and not _in_use(leftover):
                _drop(leftover, out)


def refuse_foreign(out: Path) -> None:
    """Refuse a place that a report must not replace: a file, or a folder with somebody's own files.

    Raises
    ------
    OutputError
        With the names of the files, and what to do.
    """
    out = _resolved(out)
    above = next(place for place in (out, *out.parents) if place.exists())
    if not above.is_dir():
        inside = "" if above == out else f", so {out} cannot be made"
        raise OutputError(f"{above} is a file{inside}; name a folder with --out.")
    if not out.name:
        raise OutputError(f"{out} is a whole disk; name a folder with --out.")
    with _said(out):
        foreign = list(islice(_foreign(out), NAMED + 1))
    if not foreign:
        return
    named = ", ".join(foreign[:NAMED]) + (" and more" if len(foreign) > NAMED else "")
    raise OutputError(
        f"{out} holds files or folders that are not part of a report that metaan wrote there ({named})."
        " Nothing was changed: move them away, or name another folder with --out."
    )


def odd_entries(out: Path) -> Iterator[tuple[str, str]]:
    """List what no report holds: path to what it is."""
    return ((name, what) for name, what in _entries(out) if what)


def read_names(out: Path) -> Iterator[str]:
    """List the files in a folder as paths within it, without hidden ones and what file managers leave."""
    return (name for name, what in _entries(out) if not what)


def read_files(out: Path) -> Files:
    """Read a whole folder: path within it to content."""
    return {name: (out / name).read_bytes() for name in read_names(out)}


def _entries(out: Path, within: str = "") -> Iterator[tuple[str, str]]:
    """Walk a folder in the order of names: path to "" for a file, else to what it is; not what is hidden."""
    place = out / within
    if not place.is_dir():
        return
    with os.scandir(place) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = f"{within}/{entry.name}" if within else entry.name
        if not within and entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if _is_empty(entry.path):
                yield name, EMPTY
            yield from _entries(out, name)
        elif not entry.is_file():
            yield name, "a link that leads to no file" if entry.is_symlink() else "neither file nor folder"
        elif entry.name not in DROPPINGS and not entry.name.endswith(".metaan-new"):
            yield name, ""


def _is_empty(folder: str) -> bool:
    with os.scandir(folder) as found:
        return next(found, None) is None


def _foreign(out: Path) -> Iterator[str]:
    """List what a report did not bring; a folder of it that was emptied is still its own."""
    listed = _listed(out) | UNLISTED
    within = {name.rpartition("/")[0] for name in listed}
    folders = within | {parent.as_posix() for name in within for parent in PurePosixPath(name).parents}
    for name, what in _entries(out):
        if name not in (folders if what == EMPTY else listed):
            yield name


def _resolved(out: Path) -> Path:
    try:
        return out.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise OutputError(f"{out} cannot be followed to a folder; name another with --out.") from error


def _listed(out: Path) -> set[str]:
    try:
        manifest = json.loads((out / MANIFEST).read_bytes())
        if manifest["producer"] != PRODUCER:
            return set()
        return {str(entry["path"]) for entry in manifest["outputs"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
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
        with suppress(OSError):
            _drop(new, out)
        if handle is not None:
            os.close(handle)


@contextmanager
def _undisturbed() -> Iterator[Callable[[], None]]:
    """Hold requests to end back until the folder is whole; one that came after the last call is dropped.

    Yields
    ------
    callable
        Follows a request that has come, where ending leaves the last report.
    """
    came: list[tuple[int, FrameType | None]] = []

    def disturb() -> None:
        while came:
            number, frame = came.pop()
            before[signal.Signals(number)](number, frame)

    try:
        known = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        before = {number: handler for number, handler in known.items() if callable(handler)}
        for number in before:
            signal.signal(number, lambda *request: came.append(request))
    except ValueError:  # only the main thread may
        yield disturb
        return
    try:
        yield disturb
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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


def _linked(old: Path, new: Path, content: bytes) -> bool:
    """Give a file of the last report its place in the new one, where it holds just that and is not shared."""
    try:
        held = os.lstat(old)
        same = stat.S_ISREG(held.st_mode) and held.st_nlink == 1 and held.st_size == len(content)
        if not same or old.read_bytes() != content:
            return False
        os.link(old, new)
    except (OSError, NotImplementedError):  # it is not there, or may have no second name
        return False
    return True


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _swap(new: Path, out: Path) -> None:
    _link_hidden(out, new)
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
    _drop(old, out)


def _hidden(folder: Path) -> list[Path]:
    """List what somebody keeps hidden at the top of a report's folder."""
    if not folder.is_dir():
        return []
    hidden = (each for each in folder.iterdir() if each.name.startswith("."))
    return sorted(each for each in hidden if not each.name.endswith(".metaan-new"))


def _link_hidden(out: Path, new: Path) -> None:
    """Give hidden files a second name in the new folder; what can have none is moved after the swap."""
    for each in _hidden(out):
        with suppress(OSError, NotImplementedError):
            os.link(each, new / each.name, follow_symlinks=False)


def _drop(folder: Path, out: Path) -> None:
    """Remove a folder that has served; what is hidden in it alone moves to the folder of the report first."""
    for each in _hidden(folder) if out.is_dir() else ():
        if not os.path.lexists(out / each.name):
            each.rename(out / each.name)
    shutil.rmtree(folder)


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
