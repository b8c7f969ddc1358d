"""Which treatment labels are one node: a small CSV of raw_label and node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.cells import near
from metaan.review.columns import headings
from metaan.review.plain import read_plain
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from metaan.review.network_rows import NetworkRows

__all__ = ["Nodes", "read_nodes", "renamed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The node of every label, and the file that says so."""

    file: str
    node_of: Mapping[str, str]


def read_nodes(path: Path) -> Nodes:
    """Read which labels are which node.

    Parameters
    ----------
    path : Path
        CSV with the headings raw_label and node, as in a review's treatments.csv; other columns are ignored.

    Returns
    -------
    Nodes

    Raises
    ------
    FaultyReviewError
        For a file that cannot be read as a table.
    RequestError
        For missing headings, an empty cell, or a label that has two nodes.
    """
    file = read_plain(path)
    spots = [file.position(name) for name in ("raw_label", "node")]
    if spots[0] is None or spots[1] is None:
        raise RequestError(
            f"--nodes {file.name} needs the columns raw_label and node; it has {headings(file.header)}."
        )
    faults = [f"row {row.row}: {row.reason}" for row in file.set_aside]
    node_of: dict[str, str] = {}
    for row in file.rows:
        label, node = (visible(row.cells[i]) for i in spots if i is not None)
        if not label or not node:
            faults.append(f"row {row.number}: {'node' if label else 'raw_label'} is empty; fill it in.")
        elif node_of.setdefault(label, node) != node:
            faults.append(f"row {row.number}: {label} is {node_of[label]} and {node}; keep one of them.")
    if faults:
        raise RequestError(f"--nodes {file.name}, {' '.join(faults)}")
    return Nodes(file=file.name, node_of=node_of)


def renamed(found: NetworkRows, nodes: Nodes) -> tuple[NetworkRows, tuple[str, ...]]:
    """Put nodes in the place of labels.

    Returns
    -------
    rows : NetworkRows
        A label that the file does not name stays a node of its own.
    notes : tuple of str
        Which labels were lumped, which stayed and which were not found.
    """
    node_of = nodes.node_of
    arms = tuple(replace(arm, treatment=node_of.get(arm.treatment, arm.treatment)) for arm in found.arms)
    contrasts = tuple(
        replace(
            each,
            treat1=node_of.get(each.treat1, each.treat1),
            treat2=node_of.get(each.treat2, each.treat2),
        )
        for each in found.contrasts
    )
    labels = dict.fromkeys(arm.treatment for arm in found.arms)
    labels |= dict.fromkeys(label for each in found.contrasts for label in (each.treat1, each.treat2))
    return replace(found, arms=arms, contrasts=contrasts), tuple(_notes(nodes, list(labels)))


def _notes(nodes: Nodes, labels: list[str]) -> Iterator[str]:
    lumped: dict[str, list[str]] = {}
    for label in labels:
        lumped.setdefault(nodes.node_of.get(label, label), []).append(label)
    for node, several in lumped.items():
        if several != [node]:
            yield f"{', '.join(several)} {'are' if len(several) > 1 else 'is'} the node {node} ({nodes.file})"
    own = [label for label in labels if label not in nodes.node_of]
    if own:
        yield f"{nodes.file} does not name {', '.join(own)}; each is a node of its own"
    for label in nodes.node_of:
        if label not in labels:
            hint = near(label, own)
            yield f"{nodes.file} names {label}, which no usable row has" + (f"; {hint}" if hint else "")
