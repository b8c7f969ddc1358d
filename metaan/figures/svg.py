"""What matplotlib's SVG lacks: a role, a title, a description, and ids that can share a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from metaan.figures.typefaces import ALIKE, DEJAVU

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["finish_svg"]

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INHERITED = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
FAMILY_RULE = re.compile(r"\s*font-family:\s*([^;]*);?")
NO_ROTATION = re.compile(r"rotate\(-?0 [^)]*\)")
REFERENCE = re.compile(r"url\(#([^)]+)\)")


def finish_svg(
    source: bytes,
    *,
    id: str,  # noqa: A002
    title: str,
    description: str,
    family: str = DEJAVU,
) -> bytes:
    r"""Make an SVG accessible and safe to place beside others in one HTML page.

    The global style sheet, the metadata and ids that nothing refers to go; the other ids begin with `id`; the
    root says `role="img"` and points at its title and description.

    Parameters
    ----------
    source : bytes
        As matplotlib wrote it.
    id : str
        Prefix of every id; unique in a page.
    title, description : str
        Short name and long text alternative.
    family : str
        The typeface that the figure is set in; texts in another one say so themselves.

    Returns
    -------
    bytes
        UTF-8 with an XML declaration on its own first line and no document type.

    Examples
    --------
    >>> source = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    >>> print(finish_svg(source, id="a", title="T", description="D").decode())
    <?xml version='1.0' encoding='utf-8'?>
    <svg id="a" ... role="img" aria-labelledby="a-title a-desc" ...><title id="a-title">T</title>...</svg>
    """
    root = ET.fromstring(source)  # noqa: S314 - our own renderer wrote it
    _drop_head(root)
    wanted = _referenced(root)
    for element in root.iter():
        _plain(element, wanted, id, family)
    for name, value in reversed(_head(title, description, id)):
        element = ET.Element(name, {"id": f"{id}-{name}"})
        element.text = value
        root.insert(0, element)
    _dress(root, id, family)
    body = ET.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{body}\n".encode()


def _head(title: str, description: str, prefix: str) -> tuple[tuple[str, str], ...]:
    return ("title", title or prefix), ("desc", description or title or prefix)


def _drop_head(root: ET.Element) -> None:
    for child in list(root):
        name = child.tag.rpartition("}")[2]
        sheet = name == "defs" and child.find(f"{{{NAMESPACE}}}style") is not None
        if sheet or name in ("metadata", "title"):
            root.remove(child)


def _referenced(root: ET.Element) -> frozenset[str]:
    found = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.endswith("href"):
                found.add(value.removeprefix("#"))
            found.update(REFERENCE.findall(value))
    return frozenset(found)


def _plain(element: ET.Element, wanted: frozenset[str], prefix: str, family: str) -> None:
    element.tag = element.tag.rpartition("}")[2]
    attributes = dict(element.attrib)
    element.attrib.clear()
    for key, value in attributes.items():
        kept = _attribute(key.replace(f"{{{XLINK}}}", "xlink:"), value, wanted, prefix, family)
        if kept is not None:
            element.set(*kept)


def _attribute(
    key: str, value: str, wanted: frozenset[str], prefix: str, family: str
) -> tuple[str, str] | None:
    if key == "id":
        return (key, f"{prefix}-{value}") if value in wanted else None
    if key.endswith("href"):
        return key, value.replace("#", f"#{prefix}-", 1)
    if key == "transform" and NO_ROTATION.fullmatch(value):
        return None
    value = REFERENCE.sub(rf"url(#{prefix}-\1)", value)
    if key == "style":
        value = FAMILY_RULE.sub(lambda found: _family_rule(found[1], family), value).strip()
    if key == "d":
        value = " ".join(value.split())
    return key, value


def _family_rule(found: str, family: str) -> str:
    """Keep the typeface of a text only where it is not that of the figure."""
    own = next(iter(found.split(","))).strip().strip("'\"")
    return "" if own == family else f" font-family: {ALIKE[own]};"


def _dress(root: ET.Element, prefix: str, family: str) -> None:
    size: Mapping[str, str] = {
        name: root.attrib[name] for name in ("width", "height", "viewBox") if name in root.attrib
    }
    uses_links = any("xlink:href" in element.attrib for element in root.iter())
    root.attrib.clear()
    root.set("id", prefix)
    root.set("xmlns", NAMESPACE)
    if uses_links:
        root.set("xmlns:xlink", XLINK)
    for key, value in size.items():
        root.set(key, value)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    for key, value in INHERITED.items():
        root.set(key, value)
    root.set("font-family", ALIKE[family])
