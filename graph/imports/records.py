"""The rows of a file as resources and items, with the ids they have whatever the order of rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from graph.imports import fields, keys
from graph.imports.cells import Cell, Parser, parser_for
from graph.imports.headers import Column, leaf
from graph.imports.kinds import is_used, kinds_of
from graph.imports.profiles import cell_key, cell_text
from graph.imports.report import Rejection
from graph.imports.sheets import Table
from graph.words import Secrecy

Values = dict[str, object]
_TEXT_LIMIT = 100_000


@dataclass(slots=True)
class Entry:
    """A resource as the file says it. `values`: the model's fields in the file; `also`: other ids it can go by."""

    id: str
    also: tuple[str, ...]
    provider: str | None
    values: Values
    hash: str


@dataclass(slots=True)
class Item:
    """A data item as the file says it; `of`: the ids its resource can go by, `suffix`: its own part of its id.

    `headers`: the file's columns, for what it says beyond the fields replaces what it said of them before.
    """

    of: tuple[str, ...]
    suffix: str
    values: Values
    hash: str
    reference: Values = field(default_factory=Values)
    headers: frozenset[str] = frozenset()


@dataclass(slots=True)
class Records:
    """All that a file says, rows that repeat kept once."""

    entries: list[Entry]
    items: list[Item]
    rejected: list[Rejection]
    counts: Counter[str]


_Use = tuple[int, str, str, Parser]
"""A column that is used: its place, header, field and parser."""


@dataclass(slots=True)
class _Row:
    """A row, read. Beyond the fields: `of_resource` and `of_item` is said of one of them, `kept` by columns without a field."""

    number: int
    cells: Sequence[object]
    resource: Values = field(default_factory=Values)
    item: Values = field(default_factory=Values)
    of_resource: list[str] = field(default_factory=list[str])
    of_item: list[str] = field(default_factory=list[str])
    kept: dict[int, str] = field(default_factory=dict[int, str])
    problem: Rejection | None = None
    is_below: bool = False  # its resource is that of the row above: what is blank in it says nothing of the item

    @property
    def extra(self) -> list[str]:
        """All that the row says beyond the fields."""
        return [*self.of_resource, *self.of_item, *self.kept.values()]


def records_of(table: Table, columns: Sequence[Column], source: str, region: str) -> Records:
    """Every row, read. Columns that are still asked are kept as they are."""
    reader = _Reader(table, columns)
    counts: Counter[str] = Counter({"sheetsIgnored": table.ignored} if table.ignored else {})
    rejected: list[Rejection] = []
    rows: list[_Row] = []
    for row in reader.rows(counts):
        if row.problem:
            rejected.append(row.problem)
        else:
            rows.append(row)
    of_row: list[Entry] = []
    entries: list[Entry] = []
    if not reader.is_items_only:
        entries, of_row = _entries(rows, source, region, counts, with_items=reader.has_items)
    items = _items(rows, of_row, source, region, counts) if reader.has_items else []
    for item in items:
        item.headers = reader.headers
    kept = (
        len({(e.id, e.hash) for e in entries})
        if not reader.has_items
        else len({(i.of, i.suffix, i.hash) for i in items})
    )
    bare = sum(1 for row in rows if not row.item) if reader.has_items else 0
    counts["repeated"] = max(0, len(rows) - bare - kept)
    return Records(entries, items, rejected, counts)


class _Reader:
    """Turns the table's cells into values, column by column's parser, each distinct cell parsed once."""

    def __init__(self, table: Table, columns: Sequence[Column]) -> None:
        self._table = table
        self._columns = columns
        self.headers = frozenset(table.headers)
        self._used: list[_Use] = []
        self._kept: list[tuple[int, str]] = []
        for place, column in enumerate(columns):
            if column.field and is_used(column):
                self._used.append((place, column.header, column.field, parser_for(column.field, leaf(column.header))))
            else:
                self._kept.append((place, column.header))
        kinds = kinds_of(columns)
        self.has_items, self.is_items_only = "items" in kinds, "resources" not in kinds

    def rows(self, counts: Counter[str]) -> Iterable[_Row]:
        """Read rows in the file's order; an item row without any word on its resource belongs to the one above it."""
        seen: list[dict[str, Cell]] = [{} for _ in self._used]
        above: _Row | None = None
        for place, (number, cells) in enumerate(zip(self._table.numbers, self._table.rows, strict=True)):
            sheet = self._table.sheets[place] if self._table.sheets else ""
            if place and sheet and sheet != self._table.sheets[place - 1]:
                above = None
            row = self._read(_Row(number, cells), seen, counts)
            if self._is_below(row):
                self._fill_down(row, above, counts)
                self._check(row)
            else:
                self._check(row)
                is_unread = not row.resource  # what a row of too many cells says is not known
                above = row if is_unread or any(row.resource.values()) else above
            if sheet and row.problem:
                row.problem = replace(row.problem, header=f"{sheet}!{row.problem.header}")
            yield row

    def _read(self, row: _Row, seen: Sequence[dict[str, Cell]], counts: Counter[str]) -> _Row:
        beyond = row.cells[len(self._columns) :]
        if any(cell_text(cell) for cell in beyond):
            row.problem = Rejection(
                row.number,
                "",
                cell_text(beyond[0]),
                "格数多于表头 more cells than headers",
                "检查引号和分隔符 Check quotes and separators.",
            )
            return row
        for use, cache in zip(self._used, seen, strict=True):
            self._read_cell(row, row.cells[use[0]], use, cache, counts)
        for place, header in self._kept:
            if text := cell_text(row.cells[place]):
                row.kept[place] = f"{header}: {text}"
        return row

    def _is_below(self, row: _Row) -> bool:
        """Whether a row is of an item and names no resource, so that its resource is that of the row above."""
        named = any(row.resource.get(name) for name in fields.REFERENCE_FIELDS)
        return self.has_items and not named and bool(row.item.get("name"))

    def _fill_down(self, row: _Row, above: _Row | None, counts: Counter[str]) -> None:
        """Give a row the resource of the row above; what it says otherwise than that is said of the item."""
        if above and above.problem:
            row.problem = row.problem or Rejection(
                row.number,
                *self._cell(row, "item.name"),
                f"第{above.number}行已退回, 不知属于哪个资源 the row that names its resource, {above.number}, is rejected",
                "改好那一行, 两行一起再导入 Mend that row and import both again.",
            )
            return
        counts["filledDown"] += 1
        row.is_below = True
        own, row.resource = row.resource, dict(above.resource) if above else {}
        told = above.of_resource if above else []
        said = [text for text in row.of_resource if text not in told]
        for place, header, name, _ in self._used:
            if not name.startswith("item.") and own.get(name) and own[name] != row.resource.get(name):
                said.append(f"{header}: {cell_text(row.cells[place])}")
        row.of_resource, row.of_item = [], list(dict.fromkeys([*row.of_item, *said]))
        if said:
            counts["saidOfItems"] += 1
        if own.get("secrecy") == Secrecy.SECRET != row.resource.get("secrecy"):
            row.problem = row.problem or Rejection(
                row.number,
                *self._cell(row, "secrecy"),
                "信息项涉密而资源不涉密 the item is secret and its resource is not",
                "资源也写涉密, 或另列为一个资源 Mark the resource secret, or list it as a resource of its own.",
            )

    @staticmethod
    def _read_cell(row: _Row, raw: object, use: _Use, cache: dict[str, Cell], counts: Counter[str]) -> None:
        _, header, name, parse = use
        key = cell_key(raw)
        cell = cache.get(key)
        if cell is None:
            cell = cache[key] = parse(raw)
        for word in cell.counted:
            counts[word] += 1
        if cell.problem and not row.problem:
            row.problem = Rejection(row.number, header, cell_text(raw)[:500], *cell.problem)
        field = name.removeprefix("item.")
        if isinstance(cell.value, str) and (len(cell.value) > _TEXT_LIMIT or keys.is_too_long(field, cell.value)):
            row.problem = Rejection(row.number, header, cell.value[:500], "太长 too long", "缩短 Shorten it.")
        is_of_item = name.startswith("item.")
        if cell.lost:
            (row.of_item if is_of_item else row.of_resource).append(f"{header}: {cell.lost}")
        _put(row.item if is_of_item else row.resource, field, cell.value)

    def _check(self, row: _Row) -> None:
        if row.problem:
            return
        if self.is_items_only or row.item.get("name"):
            if not row.item.get("name"):
                row.problem = self._missing(row, "item.name", "没有信息项名称 no name of the item")
            elif not any(row.resource.get(name) for name in ("landingPage", "name", "resourceCode")):
                row.problem = self._missing(row, "name", "看不出属于哪个资源 does not say which resource it belongs to")
        elif not row.resource.get("name"):
            row.problem = self._missing(row, "name", "没有名称 no name")
        if self.has_items and not self.is_items_only and not row.problem and not row.resource.get("name"):
            row.problem = self._missing(row, "name", "没有名称 no name")

    def _missing(self, row: _Row, name: str, reason: str) -> Rejection:
        cure = "补上后再导入这一行 Fill it in and import the row again."
        return Rejection(row.number, *self._cell(row, name), reason, cure)

    def _cell(self, row: _Row, name: str) -> tuple[str, str]:
        """The header and the text of the cell that is this field."""
        place = next((place for place, column in enumerate(self._columns) if column.field == name), None)
        header, value = (name, None) if place is None else (self._columns[place].header, row.cells[place])
        return header, str(value or "")[:500]


def _put(values: Values, name: str, value: object) -> None:
    """Set a field; a list field gathers from several columns, a classification is a path of them."""
    old = values.get(name)
    if name in fields.LISTS and name != "classification":
        values[name] = list(dict.fromkeys([*cast("list[str]", old or []), *cast("list[str]", value or [])]))
    elif name == "classification" and old:
        values[name] = f"{old}/{value}" if value else old
    else:
        values[name] = value


def _provider(resource: Values) -> str | None:
    name = resource.get("provider")
    return keys.department_name(str(name)) if name else None


def _entries(
    rows: Sequence[_Row], source: str, region: str, counts: Counter[str], *, with_items: bool
) -> tuple[list[Entry], list[Entry]]:
    """The resources, and for each row its resource."""
    contents: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    of_row: list[Entry] = []
    for row in rows:
        provider = _provider(row.resource)
        values = {name: value for name, value in row.resource.items() if name != "provider"}
        if row.resource.get("provider") and provider != row.resource["provider"]:
            counts["departmentsTidied"] += 1
        if not with_items:
            values["extra"] = sorted(row.extra)
        ids = keys.resource_ids(region, source, row.resource)
        mark = keys.content_hash({**values, "provider": provider})
        of_row.append(contents[ids[0]].setdefault(mark, Entry(ids[0], ids[1:], provider, values, mark)))
    if with_items:
        _gather_extra(rows, of_row)
    entries: list[Entry] = []
    for base, variants in contents.items():
        if len(variants) > 1:
            counts["ambiguous"] += len(variants)
            for mark, entry in variants.items():
                entry.id, entry.also = f"{base}#{mark[:8]}", ()
        entries += variants.values()
    shared = Counter(one for entry in entries for one in entry.also)
    for entry in entries:
        entry.also = tuple(one for one in entry.also if shared[one] == 1)
    return entries, of_row


def _gather_extra(rows: Sequence[_Row], of_row: Sequence[Entry]) -> None:
    """Where rows are items: what their resource says beyond the fields; what differs from item to item is the items'.

    What one item says and another leaves blank differs, too; a row below its resource's leaves blank what that one says.
    """
    first: dict[int, _Row] = {}
    differing: set[int] = set()
    for row, entry in zip(rows, of_row, strict=True):
        known = first.setdefault(id(entry), row).kept
        places = row.kept.keys() if row.is_below else row.kept.keys() | known.keys()
        differing |= {place for place in places if row.kept.get(place) != known.get(place)}
    extras: dict[int, tuple[Entry, set[str]]] = {}
    for row, entry in zip(rows, of_row, strict=True):
        extra = extras.setdefault(id(entry), (entry, set()))[1]
        extra.update(row.of_resource)
        for place, text in row.kept.items():
            if place in differing and row.item.get("name"):
                row.of_item.append(text)
            else:
                extra.add(text)
    for entry, extra in extras.values():
        entry.values["extra"] = sorted(extra)
        entry.hash = keys.content_hash({**entry.values, "provider": entry.provider})


def _items(rows: Sequence[_Row], of_row: Sequence[Entry], source: str, region: str, counts: Counter[str]) -> list[Item]:
    by_name: defaultdict[tuple[str, str], dict[str, Item]] = defaultdict(dict)
    references: dict[str, tuple[tuple[str, ...], Values]] = {}
    extras: defaultdict[int, set[str]] = defaultdict(set)
    for place, row in enumerate(rows):
        if row.item.get("name"):
            ids = (of_row[place].id,) if of_row else keys.resource_ids(region, source, row.resource)
            name = keys.normalised(str(row.item["name"]))
            mark = keys.content_hash(row.item)
            said = {one: row.resource.get(one) for one in ("name", "landingPage")} | {
                "provider": _provider(row.resource)
            }
            known = references.setdefault(ids[0], (ids, said))
            if ids < known[0]:  # rows may name one resource in several ways: the same one counts in any order of rows
                references[ids[0]] = ids, said
            item = by_name[ids[0], name].setdefault(mark, Item(ids, name, row.item, mark))
            extras[id(item)].update(row.of_item if of_row else row.extra)
    for (base, _), variants in by_name.items():
        for item in variants.values():
            item.of, item.reference = references[base]
            extra = sorted(extras[id(item)])
            item.hash = keys.content_hash({**item.values, "extra": extra}) if extra else item.hash
            item.values = {**item.values, "extra": extra or None}
    items: list[Item] = []
    for (_, name), variants in by_name.items():
        if len(variants) > 1:
            positions = Counter(item.values.get("position") for item in variants.values())
            counts["repeatedItemNames"] += len(variants)
            for mark, item in variants.items():
                position = item.values.get("position")
                alone = position is not None and positions[position] == 1
                item.suffix = (
                    f"{name}#{position}" if alone else f"{name}#{'' if position is None else f'{position}-'}{mark[:8]}"
                )
        items += variants.values()
    return items
