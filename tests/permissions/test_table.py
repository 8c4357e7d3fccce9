"""The table is whole: each line rests on a rule that is there or says that it does not, and the docs show it as it is."""

import json
from pathlib import Path

import pytest

from graph.model import RECORDS
from graph.permissions import EVERYONE, OURS, PUBLIC, STAFF, TABLE, Shape, Viewer, seeks, shown, visible
from graph.record import Value
from graph.search import FIELDS
from graph.sight import compiled
from graph.words import Audience, Position, Role
from permissions.facts import TODAY

ROOT = Path(__file__).parents[2]
LABELS = {name for name, record in RECORDS.items() if record.is_node}


def term(word):
    """The Chinese term of a word."""
    return word.doc.split(" ", 1)[0]


def row(line):
    """A line as the docs show it."""
    roles = "所有人" if line.roles == EVERYONE else "各部门人员" if line.roles == STAFF else "、".join(
        term(role) for role in Role if role in line.roles
    )  # fmt: skip
    places = "、".join(term(place) for place in line.places)
    return f"| {', '.join(line.what)} | {term(line.audience)} | {roles} | {places} | {', '.join(line.rules)} |"


def test_the_docs_show_the_table():
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    head = "|---|---|---|---|---|\n"
    shown_there = page.partition(head)[2].partition("\n\n")[0].splitlines()
    assert shown_there == [row(line) for line in TABLE]


def test_every_line_rests_on_a_rule_or_says_that_it_does_not():
    seeds = json.loads((ROOT / "seeds" / "base" / "rules.json").read_text(encoding="utf-8"))
    rules = {rule["name"]: rule for rule in seeds["nodes"]["Rule"]}
    for line in TABLE:
        assert line.rules
        for rule in line.rules:
            assert rule == OURS or rules[rule].get("isCitable", True), rule


def test_every_label_has_a_line_and_every_line_a_label():
    assert {what for line in TABLE for what in line.what if "." not in what} == LABELS
    for label in LABELS:
        assert visible(label, "n", Shape()) != "false"


def test_without_a_line_only_administrators_see_it():
    assert visible("Nothing", "n", Shape(looks_down=True)) == "false"
    assert visible("Nothing", "n", Shape(is_whole=True)) == "true"


def test_masked_fields_may_be_missing_and_are_in_no_order_and_no_search():
    masked = [what.split(".") for line in TABLE for what in line.what if "." in what]
    assert masked
    for label, name in masked:
        field = RECORDS[label].fields[name]
        assert isinstance(field.source, Value)
        assert type(None) in field.type.__args__
        assert name not in FIELDS
        assert all(name not in order.key for order in RECORDS[label].orders.values())
        assert shown(label, name, Shape()) is not None
        assert shown(label, name, Shape(is_whole=True)) is None
        found = [other for other in RECORDS[label].fields.values() if isinstance(other.source, Value)
                 and f"{{s}}.{name}" in other.source.cypher]  # fmt: skip
        assert [other.name for other in found] == [name], "no other field reads it"


def test_an_administrator_compiles_to_nothing():
    for label in LABELS:
        assert visible(label, "n", Shape(is_whole=True)) == "true"
        assert seeks(label, Shape(is_whole=True)) == []


def test_the_public_sees_what_is_open_and_nothing_else():
    sight = compiled(PUBLIC, [[["PUBLIC"], "", "", None, None, [], [], []]], TODAY)
    assert sight.shape == Shape()
    assert sight.parameters["sees"] == ["OPEN"]
    assert not any(sight.parameters[name] for name in ("below", "granted", "departments", "secured", "watched"))


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PUBLIC, Role.ADMINISTRATOR)])
def test_what_a_role_sees_is_what_the_lines_say(role):
    own, path = "Department:1/a", "/CN/1/"
    bond = [[role.value], own, "", path, path, [["Department:1/b", "/CN/2/"]], [], []]
    found = compiled(Viewer("x", frozenset({role})), [bond], TODAY)
    given = found.parameters
    assert {"OPEN", "S/CN/", "R/CN/2/#Department:1/b"} <= set(given["sees"])
    is_looking = role in (Role.COMPETENT_DEPARTMENT, Role.AUDITOR)
    assert ("R/CN/1/" in given["below"]) == ("G/CN/1/" in given["below"]) == is_looking
    assert ("R/CN/1/#Department:1/a" in given["sees"]) != is_looking
    assert (f"Y{path}" in given["sees"]) != (f"Y{path}" in given["below"])
    assert (f"S{path}" in given["below"]) == (role in (Role.COMPETENT_DEPARTMENT, Role.AUDITOR, Role.PLANNER))
    assert given["departments"] == [own]
    assert (given["secured"] == [f"Y{path}"]) == is_looking
    assert (given["watched"] == [path]) == (role is Role.AUDITOR)


def test_places_and_audiences_are_all_used():
    assert {line.audience for line in TABLE} == set(Audience)
    assert {place for line in TABLE for place in line.places} == set(Position)
