"""Pages of computed records: which single nodes are asked for anywhere below, and the columns that hold their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from graph.model import RECORDS
from graph.questions import Put
from graph.selection import Selection, pages
from graph.statement import Composer

NAMED: tuple[LiteralString, ...] = (
    "Region", "Department", "Resource", "DataItem", "DataElement", "System", "Project", "Regime", "Rule",
)  # fmt: skip
"""The records that an interface may stand for."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes that a statement has at hand: the literal expression of a list of them, and the records they may be of.

    `is_one` where the schema has a single node, `is_interface` where it has `Named`.
    """

    listed: LiteralString
    records: tuple[str, ...]
    is_one: bool = True
    is_interface: bool = False


class Columns:
    """The columns of a computed page, by the selections that they answer.

    `sources` says for each `Record.field` that holds nodes where the statement has them.
    """

    def __init__(self, selection: Selection, record: str, sources: Mapping[str, Nodes]) -> None:
        self.sources = sources
        self.asked: dict[int, tuple[Selection, Nodes]] = {}
        for page in pages(selection, record):
            self._find(page, record)
        self.position = {identity: index for index, identity in enumerate(self.asked)}

    def _find(self, selection: Selection, record: str) -> None:
        for child in selection.fields(record):
            nodes = self.sources.get(record + "." + child.field)
            if nodes is not None:
                self.asked[id(child)] = (child, nodes)
            else:
                for inner in child.on:
                    self._find(child, inner)

    def compose(self, composer: Composer) -> LiteralString:
        """The list of columns as Cypher."""
        columns: list[LiteralString] = []
        for selection, nodes in self.asked.values():
            records = [RECORDS[name] for name in nodes.records]
            rows = composer.each(nodes.listed, selection, records, is_interface=nodes.is_interface)
            columns.append(rows + "[0]" if nodes.is_one else rows)
        return "[" + ", ".join(columns) + "]"

    def get(self, columns: list[Any]) -> Put:
        """What the columns of one row hold for a selection."""
        return lambda selection: columns[self.position[id(selection)]]
