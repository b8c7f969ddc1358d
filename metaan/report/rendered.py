"""A figure as it goes into the report: its words and its files, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RenderedFigure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFigure:
    """One figure of the report.

    Attributes
    ----------
    id, title, alt, description : str
        Name, heading, alternative text of at most 150 characters, one sentence per mark.
    svg, pdf, png, tiff, eps : bytes
        The file's content in each format; empty where it was not asked for or was refused.
    files : tuple of str
        Endings of the files that the report holds.
    remark : str
        Where the figure does not keep to what its journal asks for; empty where it does.
    refusal : str
        Why the data do not carry this figure; empty where it was drawn.
    """

    id: str
    title: str
    alt: str
    description: str
    svg: bytes = b""
    pdf: bytes = b""
    png: bytes = b""
    tiff: bytes = b""
    eps: bytes = b""
    refusal: str = ""
    files: tuple[str, ...] = ("pdf", "png", "svg")
    remark: str = ""
