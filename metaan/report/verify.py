"""Proof of a report: make it again in memory and compare it with what is in the folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.errors import OutputError
from metaan.report.bundle import make_report
from metaan.report.compare import Difference, compare_file
from metaan.report.folder import MANIFEST, odd_entries, read_files
from metaan.report.manifest import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Difference", "Tier", "Verification", "compare_reports", "verify"]

Tier: TypeAlias = Literal["identical", "equivalent", "different"]

# These follow from the other files and the machine, so a new run may write them differently.
FOLLOWING = frozenset({"SHA256SUMS", "environment.json"})
VERSION = re.compile(r"\d+(?:\.\w+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a comparison found.

    Attributes
    ----------
    tier : str
        "identical": every byte; "equivalent": every number, to 10 significant digits or within 1e-8
        relative, and every figure as a reader sees it; "different" otherwise.
    differences : tuple of Difference
        Why it is "different"; empty otherwise.
    files : int
        Number of files compared.
    """

    tier: Tier
    differences: tuple[Difference, ...]
    files: int


def verify(
    folder: Path,
    out: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
) -> Verification:
    """Regenerate a report and compare it with the one in a folder, which is only read.

    Parameters
    ----------
    folder : Path
        The review.
    out : Path
        The report that is to be proven.
    progress : callable
        Is told each finished step.
    workers : int or None
        Processes that draw.

    Raises
    ------
    PlanError, ReviewError
        Where the review cannot be read.
    OutputError
        Where a file of the report cannot be read.
    """
    if not (out / "SHA256SUMS").is_file():
        missing = Difference(file="SHA256SUMS", place="", old="missing", new=f"no report stands in {out}")
        return Verification(tier="different", differences=(missing,), files=0)
    try:
        old, odd = read_files(out), dict(odd_entries(out))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"The report in {out} cannot be read: {reason} ({error.filename}).") from error
    return compare_reports(old, make_report(folder, progress=progress, workers=workers), odd)


def compare_reports(
    old: Mapping[str, bytes], new: Mapping[str, bytes], odd: Mapping[str, str] | None = None
) -> Verification:
    """Compare a report as found with the same report made again.

    Parameters
    ----------
    old, new : mapping of str to bytes
        Path within the report to content.
    odd : mapping of str to str, optional
        What else was found: path to what it is, such as "a folder without files".
    """
    strange = [
        Difference(file=name, place="", old=what, new="nothing, or a file")
        for name, what in sorted((odd or {}).items())
    ]
    found = [*strange, *_unsound(old), *_unlike(old, new)]
    unequal = [name for name in old if name not in FOLLOWING and old[name] != new.get(name)]
    tier: Tier = "different" if found else "equivalent" if unequal else "identical"
    return Verification(tier=tier, differences=tuple(found), files=len(old))


def _unsound(old: Mapping[str, bytes]) -> Iterator[Difference]:
    """Find files that are not what their own checksum list says."""
    listed: dict[str, str] = {}
    for line in old["SHA256SUMS"].decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
        if name in old and sha256(old[name]) != digest:
            yield Difference(file=name, place="", old="changed since it was written", new="as in SHA256SUMS")
        if name not in old:
            yield Difference(file=name, place="", old="missing", new="listed in SHA256SUMS")
    for name in sorted(set(old) - set(listed) - FOLLOWING):
        yield Difference(file=name, place="", old="extra", new="not listed in SHA256SUMS")
    as_listed = {name: content for name, content in old.items() if listed.get(name) == sha256(content)}
    yield from _untrue_manifest(as_listed)


def _untrue_manifest(old: Mapping[str, bytes]) -> Iterator[Difference]:
    """Find files that are not what the report's own manifest says; its other faults are found elsewhere."""
    try:
        outputs = json.loads(old[MANIFEST])["outputs"]
        said = {str(each["path"]): (each["sha256"], each["bytes"]) for each in outputs}
    except (KeyError, ValueError, TypeError, RecursionError):
        return
    for name in sorted(said.keys() & old.keys()):
        if said[name] != (sha256(old[name]), len(old[name])):
            yield Difference(
                file=MANIFEST, place=f"outputs, {name}", old="another digest or size", new="as the file"
            )


def _unlike(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Difference]:
    written, known = dict(_versions(old)), dict(_versions(new))
    # The old list stands outside the checksums: it may name other versions, but no other programs.
    versions = (*((name, written[name]) for name in known if name in written), *known.items())
    for name in sorted((set(old) | set(new)) - FOLLOWING):
        if name not in new:
            yield Difference(file=name, place="", old="present", new="no longer made")
        elif name not in old:
            yield Difference(file=name, place="", old="missing", new="made now")
        elif old[name] != new[name]:
            yield from compare_file(name, old[name], new[name], versions)


def _versions(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """List program and version of an environment, so that text that only names another version agrees."""
    try:
        document = json.loads(files.get("environment.json", b"{}"))
        named = {name: document[name] for name in ("metaan", "python")} | document["packages"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    for name, number in named.items():
        if isinstance(number, str) and VERSION.fullmatch(number):
            yield name, number
