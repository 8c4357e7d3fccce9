"""What docs/changes.md says is so."""

import re
from pathlib import Path

from graphql import parse, validate

from api.schema import SCHEMA
from graph.changes.allowed import Reach
from graph.mutations import MUTATIONS
from graph.words import Role

PAGE = (Path(__file__).parents[2] / "docs" / "changes.md").read_text(encoding="utf-8")
NAMES = {
    Role.CATALOG_OFFICER: "catalog officers",
    Role.REVIEWER: "reviewers",
    Role.COMPETENT_DEPARTMENT: "competent department",
}
REACHES = {Reach.OWN: "own", Reach.REGION: "region"}


def test_the_example_is_one_that_the_schema_takes():
    [example] = re.findall(r"```text\n(mutation.*?)```", PAGE, re.DOTALL)
    assert validate(SCHEMA, parse(example)) == []


def test_the_table_says_who_may():
    rows = re.findall(r"^\| (`.*?) \|.*\| (.*?) \|$", PAGE, re.MULTILINE)
    said = {name: who for names, who in rows for name in re.findall("`(\\w+)`", names)}
    assert set(said) == set(MUTATIONS)
    for name, who in said.items():
        lines = [line for line in MUTATIONS[name].who if line.role is not Role.ADMINISTRATOR]
        told = {
            (role, part.rpartition(": ")[2])
            for part in who.split("; ")
            for role in part.rpartition(": ")[0].split(", ")
            if part != "administrators"
        }
        assert told == {(NAMES[line.role], REACHES[line.reach]) for line in lines}, name
