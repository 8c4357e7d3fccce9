"""The edges of the graph, each declared once.

An asserted edge has both clocks: `since`/`until` (true in the world; dates, `until` exclusive, null while it holds) and
`recordedAt`/`withdrawnAt` (known to us; instants). A structural one has none.
"""

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge type: its literal name, and whether it is asserted."""

    name: LiteralString
    is_asserted: bool = True


EDGES: dict[str, Edge] = {
    edge.name: edge
    for edge in (
        Edge("WITHIN", is_asserted=False),  # (:Region)-->(:Region)
        Edge("APPLIES_IN", is_asserted=False),  # (:Regime)-->(:Region)
        Edge("CONTAINS", is_asserted=False),  # (:Regime)-->(:Rule)
        Edge("SETS", is_asserted=False),  # (:Regime)-->(:Parameter)
        Edge("UNDER", is_asserted=False),  # (:Parameter)-->(:Rule)
        Edge("LOCATED_IN"),  # (:Department)-->(:Region)
        Edge("PART_OF"),  # (:Department)-->(:Department)
        Edge("PROVIDES"),  # (:Department)-->(:Resource)
        Edge("HAS_ITEM"),  # (:Resource)-->(:DataItem)
        Edge("MEANS"),  # (:DataItem)-->(:DataElement)
        Edge("COLLECTS"),  # (:Department)-[{from, legalBasis}]->(:DataItem)
        Edge("AUTHORITY_FOR"),  # (:Department)-[{basis}]->(:DataElement)
        Edge("OPERATES"),  # (:Department)-->(:System)
        Edge("STORES"),  # (:System)-->(:Resource)
        Edge("EXCHANGES_WITH"),  # (:System)-[{via}]->(:System)
        Edge("PROPOSES"),  # (:Department)-->(:Project)
        Edge("BUILDS"),  # (:Project)-->(:System)
        Edge("UPGRADES"),  # (:Project)-->(:System)
        Edge("PLANS"),  # (:Project)-->(:Resource)
        Edge(
            "FLOWS_TO"
        ),  # (:Resource)-[{origin, job, requestId}]->(:Resource), (:DataItem)-[{…, transformation}]->(:DataItem)
        Edge("OF"),  # (:Grant)-->(:Resource|DataItem)
        Edge("TO"),  # (:Grant)-->(:Department)
    )
}
