"""The works that a report cites, for reference managers: BibTeX and RIS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metaan.tables.latex_text import latex_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metaan.report.references import Reference

__all__ = ["to_bibtex", "to_ris"]

OTHERS = "et al"
CUT = "The list of authors is cut; the work names more."
EDITORS = " (editors)"
INITIALS = re.compile(r"[^\W\d_]{1,4}(?:-[^\W\d_])*")
WITHIN = ". In: "
ISSUED_BY = {"article": "journal", "book": "publisher", "chapter": "publisher", "proceedings": "booktitle"}
BIBTEX_KINDS = {
    "article": "article",
    "book": "book",
    "chapter": "incollection",
    "proceedings": "inproceedings",
}
RIS_KINDS = {"article": "JOUR", "book": "BOOK", "chapter": "CHAP", "proceedings": "CPAPER"}
RIS_ISSUED_BY = {"article": "JO", "book": "PB", "chapter": "PB", "proceedings": "T2"}


def to_bibtex(references: Iterable[Reference]) -> str:
    r"""Write works as a BibTeX file.

    Parameters
    ----------
    references : iterable of Reference
        In any order; they are written in the order of their keys, which never change.

    Returns
    -------
    str
        One entry for each; titles keep their capitals.

    Examples
    --------
    >>> from metaan.report.references import REFERENCES
    >>> print(to_bibtex([REFERENCES["krahn2013"]]))
    @article{krahn2013,
      author = {Krahn, U. and Binder, H. and K{\"o}nig, J.},
      title = {{A graphical tool for locating inconsistency in network meta-analyses}},
      journal = {{BMC Medical Research Methodology}},
      year = {2013},
      volume = {13},
      pages = {35},
    }
    <BLANKLINE>
    """
    return "\n".join(_bibtex(each) for each in sorted(references, key=lambda each: each.key))


def to_ris(references: Iterable[Reference]) -> str:
    r"""Write works as a RIS file.

    Parameters
    ----------
    references : iterable of Reference
        In any order; they are written in the order of their keys.

    Returns
    -------
    str
        One record for each, with the line ends that the format asks for. A list of authors that is cut says
        so in a note, because the format has no sign for it.

    Examples
    --------
    >>> from metaan.report.references import REFERENCES
    >>> print(to_ris([REFERENCES["krahn2013"]]).replace("\r", ""))
    TY  - JOUR
    ID  - krahn2013
    AU  - Krahn, U.
    AU  - Binder, H.
    AU  - König, J.
    TI  - A graphical tool for locating inconsistency in network meta-analyses
    JO  - BMC Medical Research Methodology
    PY  - 2013
    VL  - 13
    SP  - 35
    ER  -
    <BLANKLINE>
    """
    lines = (
        f"{tag}  - {text}"
        for each in sorted(references, key=lambda each: each.key)
        for tag, text in (*_ris(each), ("ER", ""))
    )
    return "".join(f"{line}\r\n" for line in lines)


def _bibtex(work: Reference) -> str:
    people = " and ".join("others" if each == OTHERS else latex_text(each) for each in _people(work))
    title, _, host = work.title.partition(WITHIN)
    fields = {
        "editor" if work.authors.endswith(EDITORS) else "author": people,
        "title": f"{{{latex_text(title)}}}",
        "booktitle": f"{{{latex_text(host)}}}" if host else "",
        ISSUED_BY[work.kind]: f"{{{latex_text(work.journal)}}}",
        "year": str(work.year),
        "volume": latex_text(work.volume),
        "pages": "--".join(map(latex_text, work.pages.split("–"))),
    }
    lines = (f"  {name} = {{{text}}}," for name, text in fields.items() if text)
    return "\n".join([f"@{BIBTEX_KINDS[work.kind]}{{{work.key},", *lines, "}\n"])


def _ris(work: Reference) -> Iterator[tuple[str, str]]:
    title, _, host = work.title.partition(WITHIN)
    first, _, last = work.pages.partition("–")
    yield "TY", RIS_KINDS[work.kind]
    yield "ID", work.key
    for each in _people(work):
        if each != OTHERS:
            yield "ED" if work.authors.endswith(EDITORS) else "AU", each
    yield "TI", title
    rest = (
        ("T2", host),
        (RIS_ISSUED_BY[work.kind], work.journal),
        ("PY", str(work.year)),
        ("VL", work.volume),
        ("SP", first),
        ("EP", last),
    )
    yield from ((tag, text) for tag, text in rest if text)
    if OTHERS in _people(work):
        yield "N1", CUT


def _people(work: Reference) -> Iterator[str]:
    """Give names as "Family, I. I."; a name without initials stays as it is."""
    for name in work.authors.removesuffix(EDITORS).split(", "):
        family, _, initials = name.rpartition(" ")
        if name == OTHERS or not INITIALS.fullmatch(initials) or not initials.isupper():
            yield name
        else:
            spaced = re.sub("([^-])", r"\1. ", initials).strip()
            yield f"{family}, {spaced.replace(' -', '-')}"
