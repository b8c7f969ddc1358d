"""The order of two treatments: which one an effect is named after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.review.select import arm_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.review.rows import Review

__all__ = ["Order", "node_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which treatment comes first: the review's questions, the reference last, then the plan's order.

    Attributes
    ----------
    reference : str
        The node that is always named second.
    drugs : mapping of str to str
        Node to the drug it belongs to; a split node belongs to the drug of treatments.csv.
    questions : tuple of (str, str)
        Pairs as the review asks them.
    ranks : mapping of str to int
        Drug to its place in the plan.
    """

    reference: str
    drugs: Mapping[str, str]
    questions: tuple[tuple[str, str], ...]
    ranks: Mapping[str, int]

    def drug(self, node: str) -> str:
        """Give the drug of a node; a node that is not split is its own."""
        return self.drugs.get(node, node)

    def key(self, node: str) -> tuple[int, str]:
        """Give a sorting key: the plan's treatments, others by name, the reference last."""
        drug = self.drug(node)
        if drug == self.reference:
            return len(self.ranks) + 1, node
        return self.ranks.get(drug, len(self.ranks)), node

    def pair(self, one: str, other: str) -> tuple[str, str]:
        """Put two nodes in the order in which their effect is stated.

        Examples
        --------
        >>> order = Order(reference="placebo", drugs={}, questions=(("b", "a"),), ranks={"a": 0, "b": 1})
        >>> order.pair("placebo", "b"), order.pair("a", "b"), order.pair("z", "a")
        (('b', 'placebo'), ('b', 'a'), ('a', 'z'))
        """
        drugs = self.drug(one), self.drug(other)
        if drugs in self.questions:
            return one, other
        if drugs[::-1] in self.questions:
            return other, one
        return (one, other) if self.key(one) <= self.key(other) else (other, one)

    def asked(self, nodes: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """List the questions in terms of the nodes at hand.

        A question about a drug whose doses are split becomes one question for each of them.

        Parameters
        ----------
        nodes : iterable of str
            Nodes that have data.

        Returns
        -------
        tuple of (str, str)
            Pairs, each once; a drug without data keeps its own name.
        """
        own: dict[str, list[str]] = {}
        for node in sorted(nodes, key=self.key):
            own.setdefault(self.drug(node), []).append(node)
        pairs = [
            (first, second)
            for treat1, treat2 in self.questions
            for first in own.get(treat1, [treat1])
            for second in own.get(treat2, [treat2])
        ]
        once: dict[frozenset[str], tuple[str, str]] = {}
        for pair in pairs:
            once.setdefault(frozenset(pair), pair)
        return tuple(once.values())


def node_order(review: Review, *, nodes: str = "drug") -> Order:
    """Make the order of a review's nodes.

    Parameters
    ----------
    review : Review
        The plan's reference, treatments and questions; the arms' nodes.
    nodes : str
        "drug" or "dose", as in the plan.

    Returns
    -------
    Order
        The order.
    """
    info = review.plan.review
    drugs: dict[str, str] = {}
    if nodes == "dose":
        split = arm_nodes(review, nodes="dose")
        drugs = {split[arm]: drug for arm, drug in arm_nodes(review).items()}
    return Order(
        reference=info.reference,
        drugs=drugs,
        questions=tuple((question.treat1, question.treat2) for question in info.questions),
        ranks={treatment: place for place, treatment in enumerate(info.treatments)},
    )
