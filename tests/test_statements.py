"""Every statement that the questions can compose, on a real server: it parses, answers, and its plan is a good one.

A covering set of documents is asked through the whole read path; a database that writes down what it is asked records the
statements. Done twice: as they are, and with permissions that really filter.
"""

import json
import re
from datetime import date

import pytest
from graphql import GraphQLList, get_named_type, is_leaf_type

from api.answer import Answerer, Request
from api.schema import SCHEMA
from graph import questions
from graph.model import RECORDS
from graph.model.edges import EDGES
from graph.permissions import LOCAL, WHOLE, Shape
from graph.sight import Sight

TODAY = date(2026, 11, 22)
GIVEN = {"sees": ["OPEN", "S/CN/410000/410200/410299/"], "below": ["Y/CN/"], "granted": ["Resource:410299/MZ001"],
         "departments": ["Department:410299/县公安局"], "secured": ["Y/CN/"], "watched": [], "today": TODAY}  # fmt: skip
EVERY_WAY = Shape(looks_down=True, is_recipient=True)
SIGHTS = {
    "whole": Sight(LOCAL, (), WHOLE, {}),
    "plain": Sight(LOCAL, (), Shape(), GIVEN),
    "every way": Sight(LOCAL, (), EVERY_WAY, GIVEN),
    "much": Sight(
        LOCAL, (), Shape(looks_down=True, is_recipient=True, wide=frozenset(("Resource", "DataItem"))), GIVEN
    ),
}
"""What viewers may see, by the shapes that decide on the text of statements."""
COLUMNS = {
    "lineage": ["nodes", "edges", "asOf", "settled"],
    "holders": ["rows", "total"],
    "search": ["rows", "total"],
    "duplicateCollection": ["rows", "total", "asOf"],
    "islands": ["rows", "total", "asOf"],
}
# An earlier state of a node, and the registration of a write, belong to no question.
OUTSIDE = {"WAS"}, {"Write"}
VALUES = {"ID": '"Region:410299"', "String": '"a"', "Int": "3", "Float": "1.5", "Boolean": "true", "Date": '"2024-01-01"',
          "DateTime": '"2024-01-01T00:00:00Z"'}  # fmt: skip
DATED = [
    "",
    ', on: "2024-01-01"',
    ', knownAt: "2024-01-01T00:00:00Z"',
    ', on: "2024-01-01", knownAt: "2024-01-01T00:00:00Z"',
]
PAGED = ["first: 2", 'first: 2, after: "b"', "last: 2", 'last: 2, before: "y"', 'first: 2, after: "b", before: "y"']
IDS = {"region": "Region:410299", "department": "Department:410299/县公安局", "resource": "Resource:410299/MZ001",
       "dataItem": "DataItem:410299/MZ001/婚姻状况", "dataElement": "DataElement:婚姻状况",
       "system": "System:410299/婚姻登记系统",
       "project": "Project:410299/2025-01", "roleAssignment": "RoleAssignment:x",
       "regime": "Regime:KF", "rule": "Rule:KF-SHARE-15b"}  # fmt: skip
PROVED = ("InclusionProof", "Checkpoint")  # answered for one event at a time, by statements of their own
QUERY = SCHEMA.query_type.fields
LINEAGE = """nodes { distance node { id name ... on Resource { provider { id } } } }
  edges { from { id } to { name } origin job since } truncated { frontier } settled"""


def every_field(kind):
    """A selection of all fields of a type: its own, the name of each neighbour, and a page of those it has many of."""
    parts = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif inner.name.endswith("Connection"):
            parts.append(f"{name}(first: 1) {{ nodes {{ id name }} totalCount }}")
        elif inner.name in PROVED:
            continue
        elif inner.name in ("Named", "Basis", "Match"):
            parts.append(f"{name} {{ {leaves(inner)} }}")
        else:
            parts.append(f"{name} {{ id name }}")
    return " ".join(parts)


def leaves(kind):
    if kind.name == "Named":
        return "__typename id name ... on Resource { shareType } ... on System { operator { name } }"
    own = [name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))]
    return " ".join(own) + (" regime { id } rules { id name }" if kind.name == "Basis" else "")


def node_lists():
    return [
        (name, field, get_named_type(field.type).fields["nodes"])
        for name, field in QUERY.items()
        if "where" in field.args
    ]


def conditions(kind):
    """One filter with every operator of every field, beside the combinations."""
    for name, field in kind.fields.items():
        if name in ("and", "or", "not"):
            continue
        for operator, condition in field.type.fields.items():
            scalar = get_named_type(condition.type)
            value = VALUES.get(scalar.name) or next(iter(scalar.values))
            yield f"{{ {name}: {{ {operator}: {f'[{value}]' if isinstance(condition.type, GraphQLList) else value} }} }}"
            if operator == "eq":
                yield f"{{ {name}: {{ eq: null }} }}"


def documents():
    for name, given in IDS.items():
        yield from (
            f'{{ {name}(id: "{given}"{dates}) {{ {every_field(SCHEMA.type_map[name[0].upper() + name[1:]])} }} }}'
            for dates in DATED[::3]
        )
        shown = "__typename id ... on Named { name } ... on Resource { items { totalCount } }"
        yield f'{{ node(id: "{given}") {{ {shown} }} }}'
    yield '{ node(id: "Grant:410299/2021-001") { id } }'
    yield f'{{ event(id: "Event:system/0000000000") {{ {every_field(SCHEMA.type_map["Event"])} }} }}'
    yield '{ node(id: "Parameter:KF/collection.duplicate") { id ... on Parameter { value rules { nodes { id } } } } }'
    yield from lists()
    yield from answers()


def lists():
    for name, field, member in node_lists():
        fields = every_field(get_named_type(member.type))
        rest = "edges { cursor node { id name } } pageInfo { hasNextPage } totalCount"
        yield f"{{ {name}(first: 1) {{ nodes {{ {fields} }} {rest} }} }}"
        for order in get_named_type(field.args["orderBy"].type).values:
            yield from (f"{{ {name}(orderBy: {order}, {paged}) {{ nodes {{ id }} }} }}" for paged in PAGED[4:])
        wheres = list(conditions(field.args["where"].type))
        for part in range(0, len(wheres), 40):
            where = f"or: [{' '.join(wheres[part : part + 40])}], and: [{{}}], not: {{ and: [{wheres[0]}] }}"
            yield f"{{ {name}(first: 1, where: {{ {where} }}) {{ totalCount nodes {{ id }} }} }}"
        yield f"{{ {name}(where: {{ {wheres[0]} }}) {{ __typename totalCount }} }}"


def answers():
    for of in ("resource", "dataItem"):
        for direction in ("UPSTREAM", "DOWNSTREAM"):
            for dates in DATED:
                yield f'{{ lineage(of: "{IDS[of]}", direction: {direction}{dates}) {{ {LINEAGE} }} }}'
            bounds = "hops: 20, nodes: 1, origins: [OBSERVED, DECLARED]"
            yield f'{{ lineage(of: "{IDS[of]}", direction: {direction}, {bounds}) {{ {LINEAGE} }} }}'
    page = "edges {{ cursor node {{ {0} }} }} pageInfo {{ hasNextPage }} totalCount"
    for of in ("resource", "dataItem", "dataElement"):
        for more in ("", ', on: "2024-01-01", knownAt: "2024-01-01T00:00:00Z", after: "a"'):
            yield f'{{ holders(of: "{IDS[of]}"{more}, first: 3) {{ {page.format(every_field(SCHEMA.type_map["Holding"]))} }} }}'
    for name, record, given in [
        ("islands", "Island", ["first: 3", 'region: "Region:410200", first: 1, after: "学"']),
        ("duplicateCollection", "Duplicate", ["first: 3", 'region: "Region:410200", first: 1, after: "学"',
        'department: "Department:410299/县公安局"']),
        ("search", "SearchHit", ['text: "登记"', 'text: "登记", kinds: [SYSTEM, RULE], after: "6000\\u0001x"',
        'text: "a b", kinds: []']),
    ]:  # fmt: skip
        yield from (
            f"{{ {name}({arguments}) {{ {page.format(every_field(SCHEMA.type_map[record]))} }} }}"
            for arguments in given
        )


class Recorded:
    """A database that writes down each statement that it is asked; unless told to, it does not ask the engine."""

    def __init__(self, database, *, runs):
        self.database, self.runs, self.lanes = database, runs, database.lanes
        self.statements = []

    async def read(self, statement, *rest):
        self.statements.append(statement)
        return await self.database.read(statement, *rest) if self.runs else None


def operators(plan):
    """The operators of a plan with their details."""
    yield plan["operatorType"].partition("@")[0], str(plan.get("args", {}).get("Details", ""))
    for child in plan.get("children", []):
        yield from operators(child)


@pytest.fixture(params=SIGHTS)
def sight(request, monkeypatch):
    """One of the ways in which viewers see; its name."""

    async def seen(*_):
        return SIGHTS[request.param]

    monkeypatch.setattr(questions, "sight_of", seen)
    return request.param


async def composed(database, text, *, runs=False):
    """The statements of one document; with `runs` it must be answered, without an error and as planned."""
    recorded = Recorded(database, runs=runs)
    answerer = Answerer(SCHEMA, recorded, lambda: TODAY)
    body = json.loads((await answerer.answer(Request(text), LOCAL)).body)
    codes = [error.get("extensions", {}).get("code") for error in body.get("errors", [])]
    assert not [code for code in codes if code], (text, body)
    assert not runs or (codes == [] and answerer.fallbacks == 0), (text, body)
    return dict.fromkeys(recorded.statements)


async def test_every_statement_has_a_good_plan(town, sight):
    seen_labels, seen_types = set(), set()
    for number, text in enumerate(documents()):
        if sight != "whole" and number % 6 and "lineage" not in text:
            continue
        name = re.search(r"\w+", text)[0]
        for statement in await composed(town, text, runs=name == "lineage"):
            columns, plan = await town.explain(statement)
            assert columns == COLUMNS.get(name, ["row"]), text
            found = list(operators(plan))
            assert not [each for each in found if each[0] in ("AllNodesScan", "CartesianProduct")], (text, found)
            assert "PartitionedAllNodesScan" not in {each[0] for each in found}
            labels = set(re.findall(r"\((?:\w+)?:([A-Za-z]+)", statement)) | set(
                re.findall(r"\bn\d*:([A-Z][a-z]\w+)", statement)
            )
            types = {part for group in re.findall(r"\[\w*:([A-Z_|]+)", statement) for part in group.split("|")}
            assert labels <= {each for each in RECORDS if RECORDS[each].is_node} | OUTSIDE[1], text
            assert types <= set(EDGES) | OUTSIDE[0], text
            assert sight != "whole" or "$viewer" not in statement
            seen_labels |= labels
            seen_types |= types
            # One hop needs no search; any longer walk must be breadth first and see each node once.
            if name == "lineage" and "{1,1}" not in statement:
                assert [each for each in found if each[0].startswith("VarLengthExpand(Pruning,BFS")], (text, found)
    if sight == "whole":
        assert seen_labels >= {each for each in RECORDS if RECORDS[each].is_node}
        assert seen_types >= set(EDGES)


@pytest.mark.parametrize("paged", ["first: 20", 'first: 20, after: "县"', "last: 20", 'last: 20, before: "县"'])
@pytest.mark.parametrize("name", [name for name, _, _ in node_lists()])
async def test_a_page_begins_with_an_index_and_is_not_sorted(town, name, paged):
    for order in get_named_type(QUERY[name].args["orderBy"].type).values:
        for statement in await composed(town, f"{{ {name}(orderBy: {order}, {paged}) {{ nodes {{ id name }} }} }}"):
            _, plan = await town.explain(statement)
            found = [each for each, _ in operators(plan)]
            assert [each for each in found if "IndexSeek" in each or "IndexScan" in each], (order, found)
            assert not [each for each in found if "Sort" in each or "Top" in each or each.endswith("LabelScan")], (
                order,
                found,
            )


async def test_who_asks_how_many_there_are_reads_no_page(town, sight):
    for text in ("{ resources { totalCount } }", '{ department(id: "x") { __typename resources { totalCount } } }'):
        [statement] = await composed(town, text)
        _, plan = await town.explain(statement)
        assert not [each for each, _ in operators(plan) if "Limit" in each or "Top" in each], statement


SEEKS = {"resources", "dataItems", "systems", "projects"}


@pytest.mark.parametrize("paged", ["first: 20", 'first: 20, after: "县"', "last: 20", 'last: 20, before: "县"'])
@pytest.mark.parametrize("name", sorted(SEEKS))
async def test_what_a_viewer_sees_is_found_by_an_index(town, monkeypatch, name, paged):
    """Each audience is an ordered seek of its own, so that nobody reads what he does not see; the total counts by index, too."""

    async def seen(*_):
        return SIGHTS["plain"]

    monkeypatch.setattr(questions, "sight_of", seen)
    for order in get_named_type(QUERY[name].args["orderBy"].type).values:
        text = f"{{ {name}(orderBy: {order}, {paged}) {{ totalCount nodes {{ id name }} }} }}"
        for statement in await composed(town, text):
            _, plan = await town.explain(statement)
            found = [each for each, _ in operators(plan)]
            assert not [each for each in found if each.endswith("Scan")], (order, found)
            # The parts are merged by one Top; none has to be sorted to get at its first rows.
            assert len([each for each in found if "Sort" in each or "Top" in each]) == 1, (order, found)
