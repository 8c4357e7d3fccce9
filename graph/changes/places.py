"""Where a thing belongs, read from the graph: for the pure rules of `allowed`."""

import json
from collections.abc import Mapping
from typing import Any, LiteralString

from graph.changes.allowed import Place
from graph.clocks import holds

# What a regime says, the nearest one first; its way is in `way`.
REGIME: LiteralString = """[regime.id, COLLECT { MATCH (regime)-[:SETS]->(point:Parameter)
      WHERE point.name IN $points AND point.value IS NOT NULL
      RETURN [point.name, point.value, COLLECT { MATCH (point)-[:UNDER]->(rule:Rule) RETURN rule.name ORDER BY rule.name }] }]
    ORDER BY length(way), regime.id LIMIT 1"""
# A map for the department in `d`, which may be null: then everything in it is empty. Its other names stand for themselves,
# so that they meet none of the statement around.
PLACE: LiteralString = (
    """{
  name: d.name,
  departments: COLLECT { MATCH way = (d)-[:PART_OF*0..4]->(above:Department)
    WHERE all(step IN relationships(way) WHERE <step>) RETURN above.id ORDER BY length(way) },
  regions: COLLECT { MATCH (d)-[seat:LOCATED_IN]->(own:Region), way = (own)-[:WITHIN*0..6]->(above:Region) WHERE <seat>
    RETURN above.id ORDER BY length(way) },
  regime: head(COLLECT {
    MATCH (d)-[seat:LOCATED_IN]->(own:Region), way = (own)-[:WITHIN*0..6]->(:Region)<-[:APPLIES_IN]-(regime:Regime)
    WHERE <seat>
    RETURN <regime> })
}""".replace("<step>", holds("step"))
    .replace("<seat>", holds("seat"))
    .replace("<regime>", REGIME)
)
# The same for the region in `own`.
REGION_PLACE: LiteralString = """{
  name: own.name,
  departments: [],
  regions: COLLECT { MATCH way = (own)-[:WITHIN*0..6]->(above:Region) RETURN above.id ORDER BY length(way) },
  regime: head(COLLECT { MATCH way = (own)-[:WITHIN*0..6]->(:Region)<-[:APPLIES_IN]-(regime:Regime) RETURN <regime> })
}""".replace("<regime>", REGIME)

POINTS = ("catalog.reviewRequired", "catalog.requiredFields", "shareType.allowed", "shareType.legalBasisRequired")
"""The parameters of a regime that changes go by."""


def place(found: Mapping[str, Any]) -> Place:
    """The place in what a statement with `PLACE` returns."""
    regime: str
    points: list[tuple[str, str, list[str]]]
    regime, points = found["regime"] or ("", [])
    return Place(
        name=found["name"] or "",
        departments=found["departments"],
        regions=found["regions"],
        regime=regime.partition(":")[2],
        points={name: (json.loads(value), tuple(rules)) for name, value, rules in points},
    )
