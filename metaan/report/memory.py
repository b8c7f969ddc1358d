"""What need not be made again, because all that it follows from is as it was in the last run.

It is kept in the user's own cache, a folder for each output folder that nobody else may write to, and never
in a report: a report that somebody else made brings nothing into ours. `metaan verify` takes nothing over.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import platform
import re
import stat
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import metaan
from metaan.report.digest import Digests
from metaan.report.packages import PACKAGES, package_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Memory"]

T = TypeVar("T")

CACHE = "METAAN_CACHE"
"""Environment variable that names another folder than the user's cache."""
FOLDERS_KEPT = 20
KEPT = ".kept"
OUR_FOLDER = re.compile("report-[0-9a-f]{32}")
OTHERS_WRITE = 0o022
FROM_NUMPY = frozenset({"_reconstruct", "_frombuffer", "ndarray", "dtype", "scalar"})


class Memory:
    """Remembers what was made for a report, by what it follows from, within a process and from run to run."""

    def __init__(self) -> None:
        self._last: dict[str, _Kept] = {}
        self._now: dict[str, _Kept] = {}
        self._digests = Digests()

    def __bool__(self) -> bool:
        """Tell whether anything is remembered."""
        return bool(self._last or self._now)

    def key(self, kind: str, *parts: object) -> str:
        """Name what something follows from, the code that makes it among it.

        Parameters
        ----------
        kind : str
            What it is.
        *parts : object
            Everything that it follows from, as `metaan.report.digest.Digests` takes it.
        """
        return f"{_maker()}-{self._digests.of(kind, *parts)}{KEPT}"

    def find(self, key: str) -> Any:
        """Give what is kept under a key, None where nothing is."""
        kept = self._now.get(key) or self._last.get(key)
        if kept is None:
            return None
        try:
            value = kept.value
        except Exception:
            return None
        self._take(key, kept)
        return value

    def keep(self, key: str, value: T) -> T:
        """Keep a frozen value under its key, and give it back."""
        self._take(key, _Kept(value))
        return value

    def recall(self, key: str, make: Callable[[], T]) -> T:
        """Give what is kept under a key; what is not is made, and kept."""
        found: T | None = self.find(key)
        return self.keep(key, make()) if found is None else found

    def forget(self) -> None:
        """Forget everything."""
        self._last, self._now, self._digests = {}, {}, Digests()

    def turn(self) -> None:
        """Forget what the run that ends here did not use."""
        self._last, self._now = self._now, {}
        self._digests = Digests()

    def read(self, out: Path) -> None:
        """Take over what the same code kept of the last run for an output folder.

        Parameters
        ----------
        out : Path
            The output folder; it need not exist.
        """
        place = _place(out)
        with suppress(OSError):
            if _is_own(place):
                files = place.glob(f"{_maker()}-*{KEPT}")
                self._last = {file.name: _Kept(file=file) for file in files}

    def write(self, out: Path) -> None:
        """Keep what the last run used for the next one; a cache that cannot be written to is done without.

        Parameters
        ----------
        out : Path
            The output folder.
        """
        place = _place(out)
        with suppress(OSError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own(place):
                return
            for name, kept in self._last.items():
                kept.write(place / name)
            for file in place.glob(f"*{KEPT}*"):
                if file.name not in self._last:
                    file.unlink(missing_ok=True)
            os.utime(place)
            _forget(place.parent)

    def _take(self, key: str, kept: _Kept) -> None:
        self._now[key] = kept
        self._digests.told(kept.value, kept.digest)


class _Kept:
    """A value at hand, or one that is read from its file when it is asked for; and its digest, made once."""

    def __init__(self, value: object = None, *, file: Path | None = None) -> None:
        self._value = value
        self._file = file
        self._digest = ""

    @property
    def value(self) -> Any:
        if self._value is None and self._file:
            packed = _unsealed(self._file.read_bytes())
            self._digest, self._value = _Reader(io.BytesIO(packed)).load()
        return self._value

    def digest(self) -> str:
        if not self._digest:
            self._digest = Digests().of(self.value)
        return self._digest

    def write(self, file: Path) -> None:
        """Write it to its file, if it was not read from there."""
        if self._file != file:
            _write(file, pickle.dumps((self._digest, self._value), protocol=5))
            self._file = file


class _Reader(pickle.Unpickler):
    """Reads values of metaan and arrays; a file that names anything else is not ours."""

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(import_module(module), name) if _is_ours(module, name) else None
        if isinstance(found, type) or module.startswith("numpy."):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is nothing that metaan keeps")


def _is_ours(module: str, name: str) -> bool:
    if "." in name:
        return False
    numbers = module == "numpy" or (module.startswith("numpy.") and name in FROM_NUMPY)
    return numbers or module.startswith("metaan.") or (module, name) == ("markupsafe", "Markup")


def _write(file: Path, packed: bytes) -> None:
    """Let a file appear whole or not at all, with a seal that tells whether it is as it was written."""
    beside = file.with_suffix(f"{KEPT}-{os.getpid()}")
    try:
        beside.write_bytes(hashlib.sha256(packed).digest() + packed)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _unsealed(content: bytes) -> bytes:
    seal, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != seal:
        raise ValueError("what was kept is not whole")
    return body


def _place(out: Path) -> Path:
    from platformdirs import user_cache_path

    named = f"report-{hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]}"
    chosen = os.environ.get(CACHE)
    return (Path(chosen) if chosen else user_cache_path("metaan", appauthor=False)) / named


def _is_own(place: Path) -> bool:
    """Tell whether nobody else may write to a folder, where the system knows of users."""
    if not hasattr(os, "getuid"):
        return True
    held = place.lstat()
    return stat.S_ISDIR(held.st_mode) and held.st_uid == os.getuid() and not held.st_mode & OTHERS_WRITE


def _forget(folder: Path) -> None:
    """Drop what was kept for the output folders that were written longest ago, and nothing else."""
    ours = [each for each in folder.iterdir() if OUR_FOLDER.fullmatch(each.name) and _is_own(each)]
    for each in sorted(ours, key=lambda each: each.stat().st_mtime, reverse=True)[FOLDERS_KEPT:]:
        for file in each.glob(f"*{KEPT}"):
            file.unlink(missing_ok=True)
        each.rmdir()


@cache
def _maker() -> str:
    """Name the code and the libraries that make a report; files as Python tells whether they changed."""
    package = Path(metaan.__file__).parent
    said = [f"{metaan.__version__} python {platform.python_version()} {platform.machine()}"]
    said += [f"{name} {package_version(name)}" for name in PACKAGES]
    said += _stamps(package)
    return hashlib.sha256("\n".join(said).encode(errors="surrogatepass")).hexdigest()[:16]


def _stamps(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stamps(Path(entry.path))
        else:
            seen = entry.stat()
            yield f"{entry.path} {seen.st_size} {seen.st_mtime_ns}"
