"""What went in and what came out: manifest, checksums, field dictionary and environment.

Everything here but the environment is the same for the same input on every machine; the environment
names versions and platform and stands outside the checksums.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import metaan
from metaan.format import SIGNIFICANT_DIGITS
from metaan.report.canonical import write_canonical
from metaan.report.compare import PIXELS, POINTS, RELATIVE
from metaan.report.folder import PRODUCER
from metaan.report.packages import PACKAGES, package_version
from metaan.review.schema import TABLES
from metaan.review.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.report.rendered import RenderedFigure
    from metaan.review.problems import Problem
    from metaan.review.rows import Review
    from metaan.review.schema import Column, Table

__all__ = ["checksums", "data_package", "environment", "manifest", "sha256"]

TIERS = {
    "identical": "every file is the same, byte by byte",
    "equivalent": {
        "numbers": f"equal to {SIGNIFICANT_DIGITS} significant digits, or within {RELATIVE:g} of their size",
        "figures": f"the same words, places within {POINTS:g} points, grey levels within {PIXELS:g} of 255",
    },
}
"""What `metaan verify` calls a report that was made again."""
FIELD_TYPES = {
    "integer": "integer",
    "count": "integer",
    "size": "integer",
    "year": "year",
    "number": "number",
    "percent": "number",
    "spread": "number",
    "probability": "number",
}
LIMITS: dict[str, dict[str, int]] = {
    "count": {"minimum": 0},
    "size": {"minimum": 1},
    "percent": {"minimum": 0, "maximum": 100},
    "spread": {"minimum": 0},
    "probability": {"minimum": 0, "maximum": 1},
}


def sha256(content: bytes) -> str:
    """Give the SHA-256 of bytes in hexadecimal.

    Examples
    --------
    >>> sha256(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(content).hexdigest()


def manifest(
    review: Review,
    files: Mapping[str, bytes],
    producers: Mapping[str, str],
    *,
    figures: Iterable[RenderedFigure],
) -> bytes:
    """Write which inputs gave which outputs, under which plan.

    Parameters
    ----------
    review : Review
        The inputs, the plan and its warnings; what an analysis chose is written with every default filled in.
    files : mapping of str to bytes
        The outputs.
    producers : mapping of str to str
        Output to the part of metaan that made it.
    figures : iterable of RenderedFigure
        Those that were refused are listed with their reason.

    Returns
    -------
    bytes
        JSON with sorted keys.
    """
    document = {
        "producer": PRODUCER,
        "schema_version": 1,
        "metaan": metaan.__version__,
        "seed": review.plan.review.seed,
        "plan": review.plan.model_dump(mode="json", by_alias=True),
        "choices": {each.id: asdict(settle(review, each)) for each in review.plan.analysis},
        "inputs": [
            {"path": f"data/{f.name}", "sha256": f.sha256, "bytes": f.bytes, "rows": f.rows}
            for f in sorted(review.files, key=lambda f: f.name)
        ],
        "outputs": [
            {
                "path": path,
                "sha256": sha256(files[path]),
                "bytes": len(files[path]),
                "producer": producers[path],
            }
            for path in sorted(files)
        ],
        "not_drawn": [{"figure": f.id, "reason": f.refusal} for f in figures if f.refusal],
        "warnings": [_warning(p) for p in review.warnings],
        "tiers": TIERS,
    }
    return _json(document)


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Write the checksum list that `sha256sum -c` reads.

    Examples
    --------
    >>> checksums({"b": b"", "a": b""}).decode().splitlines()[0][-11:]
    '7852b855  a'
    """
    return "".join(f"{sha256(files[path])}  {path}\n" for path in sorted(files)).encode()


def data_package(review: Review) -> bytes:
    """Write the field dictionary of the data as a Frictionless data package.

    Parameters
    ----------
    review : Review
        The tables that it holds are described.

    Returns
    -------
    bytes
        JSON with sorted keys.
    """
    held = {f.name: f for f in review.files}
    document = {
        "name": "review",
        "title": review.plan.review.title,
        "resources": [_resource(t, held[t.file].sha256) for t in TABLES.values() if t.file in held],
    }
    return _json(document)


def environment(journal: str = "metaan") -> bytes:
    """Write the versions and the platform that the report was made with; no user, machine or place.

    Parameters
    ----------
    journal : str
        Whose figures they are: its typeface is listed beside DejaVu Sans, which has what it lacks.

    Returns
    -------
    bytes
        JSON with sorted keys.
    """
    document = {
        "metaan": metaan.__version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "libc": " ".join(platform.libc_ver()).strip(),
        },
        "packages": {name: package_version(name) for name in PACKAGES},
        "blas": _blas(),
        "freetype": _freetype(),
        "fonts": _fonts(journal),
    }
    return _json(document)


def _json(document: dict[str, Any]) -> bytes:
    return write_canonical(document, indent=2)


def _warning(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "message": problem.message,
    }


def _resource(table: Table, digest: str) -> dict[str, Any]:
    keys = [
        {
            "fields": [column.name],
            "reference": {"resource": target[0], "fields": [target[1]]},
        }
        for column in table.columns
        if column.points_to and (target := column.points_to.split("."))
    ]
    return {
        "name": table.name,
        "path": table.file,
        "description": table.meaning,
        "hash": f"sha256:{digest}",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": keys,
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = dict(LIMITS.get(column.kind, {}))
    if column.filled:
        constraints["required"] = True
    if column.choices:
        constraints["enum"] = list(column.choices)
    field: dict[str, Any] = {
        "name": column.name,
        "type": FIELD_TYPES.get(column.kind, "string"),
        "description": column.meaning,
    }
    return field | ({"constraints": constraints} if constraints else {})


def _blas() -> dict[str, str]:
    import numpy as np

    built: Any = np.show_config(mode="dicts")
    library = (built or {}).get("Build Dependencies", {}).get("blas", {})
    return {key: str(library.get(key, "unknown")) for key in ("name", "version")}


def _freetype() -> str:
    from matplotlib import ft2font

    return str(ft2font.__freetype_version__)


def _fonts(journal: str) -> dict[str, str]:
    from metaan.figures.presets import PRESETS
    from metaan.figures.typefaces import DEJAVU, font_file

    families = (DEJAVU, PRESETS[journal].family)
    files = [font_file(bold=bold, family=family) for family in families for bold in (False, True)]
    return {file.name: sha256(file.read_bytes()) for file in files}
