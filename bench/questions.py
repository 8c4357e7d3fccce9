"""The three questions, as each server is asked them, and what is made equal before the answers are compared."""

from dataclasses import dataclass
from typing import Any

import orjson

POINT = """query Point($id: ID!) { resource(id: $id) {
  id name resourceCode classification abstract theme shareType openType updateCycle lastUpdatedAt
  provider { name } } }"""
LIST = """query List($after: String!) { resources(first: 1000, after: $after) { nodes {
  id name resourceCode classification abstract theme shareType openType updateCycle lastUpdatedAt } } }"""
NESTED = """query Nested($after: String!) { resources(first: 50, after: $after) { nodes {
  id name items(first: 20) { nodes { id name position dataType description } } } } }"""

APOLLO_POINT = """query Point($id: String!) { resources(where: { id: { eq: $id } }) {
  id name resourceCode classification abstract theme shareType openType updateCycle lastUpdatedAt
  provider { name } } }"""
APOLLO_LIST = """query List($after: String!) {
  resources(where: { sortName: { gt: $after } }, sort: [{ sortName: ASC }], limit: 1000) {
    id name resourceCode classification abstract theme shareType openType updateCycle lastUpdatedAt } }"""
APOLLO_NESTED = """query Nested($after: String!) {
  resources(where: { sortName: { gt: $after } }, sort: [{ sortName: ASC }], limit: 50) {
    id name items(sort: [{ sortPosition: ASC }], limit: 20) { id name position dataType description } } }"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its texts, how many ask at once, and the goals (time to the floor's, requests to Apollo's)."""

    name: str
    text: str
    apollo: str
    variable: str
    connections: int
    warm: int
    to_floor: float
    to_apollo: float

    def bodies(self, values: list[str], *, apollo: bool = False) -> list[bytes]:
        """The request bodies for the values of its variable."""
        text = self.apollo if apollo else self.text
        return [orjson.dumps({"query": text, "variables": {self.variable: value}}) for value in values]


QUESTIONS = (
    Question("point", POINT, APOLLO_POINT, "id", 8, 1500, 1.2, 2.5),
    Question("list of 1,000", LIST, APOLLO_LIST, "after", 1, 150, 1.2, 5.5),
    Question("nested 50 x 20", NESTED, APOLLO_NESTED, "after", 1, 150, 1.2, 7.0),
)


def plain(answer: bytes) -> Any:
    """The rows of an answer without what differs by the style of the schema: pages, and single neighbours as lists."""
    decoded = orjson.loads(answer)
    if "errors" in decoded:
        raise ValueError(f"the answer has errors: {answer[:500]!r}")
    [(root, rows)] = decoded["data"].items()
    rows = unwrapped(rows)
    return rows if root == "resources" else [rows]


def unwrapped(value: Any) -> Any:
    """A value with its pages and its one-element `provider` lists taken off."""
    if isinstance(value, list):
        return [unwrapped(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"nodes"}:
        return unwrapped(value["nodes"])
    found = {key: unwrapped(inner) for key, inner in value.items()}
    if isinstance(found.get("provider"), list):
        [found["provider"]] = found["provider"]
    return found
