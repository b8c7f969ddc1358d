"""Proof of a report: make it again in memory and compare it with what is in the folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.report.bundle import make_report
from metaan.report.compare import Difference, compare_file
from metaan.report.folder import read_files
from metaan.report.manifest import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Difference", "Tier", "Verification", "compare_reports", "verify"]

Tier: TypeAlias = Literal["identical", "equivalent", "different"]

# These follow from the other files and the machine, so a new run may write them differently.
FOLLOWING = frozenset({"SHA256SUMS", "environment.json"})


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
    """
    if not (out / "SHA256SUMS").is_file():
        missing = Difference(file="SHA256SUMS", place="", old="missing", new=f"no report stands in {out}")
        return Verification(tier="different", differences=(missing,), files=0)
    return compare_reports(read_files(out), make_report(folder, progress=progress, workers=workers))


def compare_reports(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Verification:
    """Compare a report as found with the same report made again.

    Parameters
    ----------
    old, new : mapping of str to bytes
        Path within the report to content.
    """
    found = [*_unsound(old), *_unlike(old, new)]
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


def _unlike(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Difference]:
    versions = (*_versions(old), *_versions(new))
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
        yield "metaan", str(document["metaan"])
        yield "python", str(document["python"])
        yield from ((str(name), str(number)) for name, number in document["packages"].items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return
