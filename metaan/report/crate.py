"""The report as an RO-Crate: which program made which files from which, for archives and search engines."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import metaan
from metaan.report.canonical import write_canonical
from metaan.report.manifest import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.review.rows import Review

__all__ = ["CRATE", "crate"]

CRATE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
FORMATS = {
    "R": "text/x-r-source",
    "bib": "application/x-bibtex",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eps": "application/postscript",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "ris": "application/x-research-info-systems",
    "svg": "image/svg+xml",
    "tex": "text/x-tex",
    "tiff": "image/tiff",
    "toml": "application/toml",
    "txt": "text/plain",
}
DATA = "data/"
RUN, PROGRAM = "#run", "#metaan"
UNDATED = "(The review states no day of publication: only a run that was given one has datePublished.)"


def crate(review: Review, files: Mapping[str, bytes]) -> bytes:
    """Describe the files of a report as a Process Run Crate.

    Parameters
    ----------
    review : Review
        Its title and question name the crate.
    files : mapping of str to bytes
        Path within the report to content: copies of the data are what the run used, the others what it made.

    Returns
    -------
    bytes
        JSON-LD with sorted keys. No clock is read: the crate is dated by `published` of the plan, else by
        SOURCE_DATE_EPOCH. Where the plan states no day, the description says so.

    References
    ----------
    Soiland-Reyes S, Sefton P, Crosas M, et al. Packaging research artefacts with RO-Crate. Data Science
    2022; 5(2): 97-138.
    Leo S, Crusoe MR, Rodríguez-Navas L, et al. Recording provenance of workflow runs with RO-Crate. PLOS ONE
    2024; 19(9): e0309210.
    """
    used = [path for path in sorted(files) if path.startswith(DATA)]
    made = [path for path in sorted(files) if not path.startswith(DATA)]
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": SPECIFICATION},
        },
        _root(review, [*used, *made]),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {
            "@id": PROGRAM,
            "@type": "SoftwareApplication",
            "name": "metaan",
            "version": metaan.__version__,
            "softwareVersion": metaan.__version__,
        },
        {
            "@id": RUN,
            "@type": "CreateAction",
            "name": "metaan report",
            "instrument": {"@id": PROGRAM},
            "object": [{"@id": _address(path)} for path in used],
            "result": [{"@id": _address(path)} for path in made],
            **_dated("endTime"),
        },
        *(_file(path, files[path]) for path in [*used, *made]),
    ]
    document = {"@context": f"{SPECIFICATION}/context", "@graph": graph}
    return write_canonical(document)


def _root(review: Review, paths: list[str]) -> dict[str, Any]:
    info = review.plan.review
    dated = {"datePublished": info.published.isoformat()} if info.published else _dated("datePublished")
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": info.title,
        "description": info.question if info.published else f"{info.question} {UNDATED}",
        "license": "Not stated in the review.",
        "author": [{"@type": "Person", "name": name} for name in info.authors],
        "conformsTo": {"@id": PROFILE},
        "hasPart": [{"@id": _address(path)} for path in paths],
        "mentions": {"@id": RUN},
        **dated,
    }


def _file(path: str, content: bytes) -> dict[str, Any]:
    return {
        "@id": _address(path),
        "@type": "File",
        "name": path,
        "encodingFormat": FORMATS.get(path.rpartition(".")[2], "application/octet-stream"),
        "contentSize": str(len(content)),
        "sha256": sha256(content),
    }


def _address(path: str) -> str:
    """Write a path as the relative address that the format asks for."""
    return quote(path)


def _dated(name: str) -> dict[str, str]:
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given.isdecimal():
        return {}
    return {name: datetime.fromtimestamp(int(given), UTC).isoformat()}
