"""Tables as a Word document that can be edited, with the same bytes on every run."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from metaan.tables.reading import column_shares, flat, for_reading, is_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from metaan.tables.table import Column, Table

__all__ = ["WordPart", "closed", "empty_docx", "joined_docx", "new_document", "to_docx", "word_part"]

Parts: TypeAlias = tuple[tuple[str, bytes], ...]
"""Names and contents of the members of an archive."""

MOST_ROWS = 400
"""A table with more rows is named in Word and left to its CSV."""
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
FIXED = datetime(2000, 1, 1)
A4 = (11906, 16838)
"""Width and height of the page in twentieths of a point."""
MARGIN = 1134
TEXT = "word/document.xml"
"""Part of the archive that holds the body."""


def to_docx(groups: Sequence[tuple[str, Sequence[Table]]], *, title: str) -> bytes:
    """Write tables as one Word document.

    Parameters
    ----------
    groups : sequence of (str, sequence of Table)
        Heading and its tables; columns meant for "csv" only, and empty ones, are left out.
    title : str
        Title of the document.

    Returns
    -------
    bytes
        A .docx: every table is a real one with its heading row repeated on each page, a caption, and
        alternative text; a table with many columns stands on landscape pages; one of more than 400 rows is
        named with its CSV file.

    Examples
    --------
    >>> from metaan.tables.table import Cell, Column, Table
    >>> table = Table(id="t", title="T", columns=(Column(name="a", title="A"),), rows=((Cell("x"),),))
    >>> made = to_docx([("Results", [table])], title="A review")
    >>> made[:2], made == to_docx([("Results", [table])], title="A review")
    (b'PK', True)
    """
    return joined_docx(
        [(name, [word_part(table) for table in tables]) for name, tables in groups], title=title
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPart:
    """A table with its caption and notes as it stands in a Word document, and whether its page is turned."""

    xml: str
    wide: bool


def word_part(table: Table) -> WordPart:
    """Write a table as a part of a Word document.

    Parameters
    ----------
    table : Table
        Columns meant for "csv" only, and empty ones, are left out.
    """
    shown = for_reading(table)
    wide = is_wide(shown) and len(shown.rows) <= MOST_ROWS
    return WordPart(xml="".join(_captioned(shown, wide=wide)), wide=wide)


def joined_docx(
    groups: Sequence[tuple[str, Sequence[WordPart]]], *, title: str, skeleton: Parts | None = None
) -> bytes:
    """Join tables that were written before to the document that `to_docx` writes.

    Parameters
    ----------
    groups : sequence of (str, sequence of WordPart)
        Heading and its tables.
    title : str
        Title of the document.
    skeleton : tuple of (str, bytes), optional
        What `empty_docx` gives for the title, where it was made before.
    """
    return _zipped(skeleton or empty_docx(title), "".join(_body(groups, title)))


def new_document(title: str) -> Any:
    """Begin a document whose properties name nobody and no time.

    Parameters
    ----------
    title : str
        Stands in its properties.
    """
    from docx import Document

    document = Document()
    about = document.core_properties
    about.title, about.author, about.comments = flat(title)[:255], "", ""
    about.last_modified_by, about.revision, about.language = "", 1, "en-GB"
    about.created = about.modified = FIXED
    return document


def closed(document: Any) -> bytes:
    """Write a document as bytes that hold no clock.

    Parameters
    ----------
    document : docx.document.Document
        A finished document.

    Returns
    -------
    bytes
        The members of the archive in the order of their names, all of one date.
    """
    return _zipped(_parts(document))


def empty_docx(title: str) -> Parts:
    """Give the members of a document whose body is empty: name and content of each."""
    document = new_document(title)
    document.element.body.clear()
    return _parts(document)


def _parts(document: Any) -> Parts:
    saved = io.BytesIO()
    document.save(saved)
    with ZipFile(saved) as whole:
        # The first member says what kinds of parts follow.
        names = sorted(whole.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        return tuple((name, whole.read(name)) for name in names)


def _zipped(parts: Parts, body: str = "") -> bytes:
    """Write parts as an archive; a body that stands for an empty one is XML: a tree would be slow."""
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name, part in parts:
            member = ZipInfo(name, ZIP_DATE)
            member.compress_type, member.create_system = ZIP_DEFLATED, 3
            if body and name == TEXT:
                part = part.replace(b"<w:body/>", f"<w:body>{body}</w:body>".encode())
            archive.writestr(member, part, compresslevel=6)
    return made.getvalue()


def _body(groups: Sequence[tuple[str, Sequence[WordPart]]], title: str) -> Iterator[str]:
    yield _styled(title, "Title")
    wide = False
    for heading, parts in groups:
        for place, part in enumerate(parts):
            if part.wide != wide:
                yield f"<w:p><w:pPr>{_section(wide=wide)}</w:pPr></w:p>"
            wide = part.wide
            if place == 0:
                yield _styled(heading, "Heading1")
            yield part.xml
    yield _section(wide=wide)


def _captioned(table: Table, *, wide: bool) -> Iterator[str]:
    yield _styled(table.title, "Caption")
    if len(table.rows) > MOST_ROWS:
        said = f"This table has {len(table.rows):,} rows and is left out here: see {table.id}.csv."
        yield f"<w:p>{_small_run(said, 22)}</w:p>"
        return
    yield _table(table, wide=wide)
    yield from (f"<w:p>{_small_run(note, 16)}</w:p>" for note in table.notes)
    yield "<w:p/>"


def _styled(text: str, style: str) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(flat(text))}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/><w:keepNext/></w:pPr>{run}</w:p>'


def _section(*, wide: bool) -> str:
    """Describe the pages that end here."""
    width, height = A4[::-1] if wide else A4
    turned = ' w:orient="landscape"' if wide else ""
    sides = " ".join(f'w:{side}="{MARGIN}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar {sides} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )


def _table(table: Table, *, wide: bool) -> str:
    line = A4[1 if wide else 0] - 2 * MARGIN
    widths = [int(share * line) for share in column_shares(table)]
    size = 18 if len(table.columns) < 6 else 16 if not wide else 13
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = (_row([cell.text for cell in row], table.columns, widths, size) for row in table.rows)
    return "".join(
        (
            f"<w:tbl>{_properties(table, line)}<w:tblGrid>{grid}</w:tblGrid>",
            _row([c.title for c in table.columns], table.columns, widths, size, head=True),
            *rows,
            "</w:tbl>",
        )
    )


def _properties(table: Table, line: int) -> str:
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{thick}" w:space="0" w:color="{colour}"/>'
        for side, thick, colour in (("top", 8, "000000"), ("bottom", 8, "000000"), ("insideH", 2, "A6A6A6"))
    )
    return (
        f'<w:tblPr><w:tblW w:w="{line}" w:type="dxa"/><w:tblBorders>{rules}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/>'
        '<w:right w:w="57" w:type="dxa"/></w:tblCellMar><w:tblLook w:val="0620" w:firstRow="1"'
        ' w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{_attribute(flat(table.title))}"/>'
        f'<w:tblDescription w:val="{_attribute(_description(table))}"/></w:tblPr>'
    )


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _description(table: Table) -> str:
    """Say what a reader who does not see the table must know of it."""
    columns = ", ".join(flat(column.title) for column in table.columns)
    count = len(table.rows)
    return f"{count} row{'' if count == 1 else 's'}; columns: {columns}."


def _row(
    texts: Iterable[str], columns: Iterable[Column], widths: Iterable[int], size: int, *, head: bool = False
) -> str:
    cells = "".join(
        _cell(text, width, size, right=column.numeric, head=head)
        for text, column, width in zip(texts, columns, widths, strict=True)
    )
    kind = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else "<w:trPr><w:cantSplit/></w:trPr>"
    return f"<w:tr>{kind}{cells}</w:tr>"


def _cell(text: str, width: int, size: int, *, right: bool, head: bool) -> str:
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
    placed = '<w:jc w:val="right"/>' if right else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rule if head else ""}</w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{placed}</w:pPr>'
        f"{_small_run(text, size, bold=head)}</w:p></w:tc>"
    )


def _small_run(text: str, size: int, *, bold: bool = False) -> str:
    """Write a text in half points of size; what XML cannot hold is left out."""
    said = flat(text)
    if not said:
        return ""
    return (
        f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(said)}</w:t></w:r>'
    )
