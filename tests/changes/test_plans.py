"""What a change asks of the engine begins with a key: no statement reads all of a kind, or more."""

from changes.people import ADMINISTRATOR, BUREAU, CIVIL_AFFAIRS, OFFICER
from changes.spelling import Word
from graph.database import Database, Transaction
from graph.sight import statement as sight_statement

SCANS = {
    "AllNodesScan",
    "NodeByLabelScan",
    "UnionNodeByLabelsScan",
    "PartitionedAllNodesScan",
    "PartitionedNodeByLabelScan",
}


def operators(plan):
    """Every operator, but for the reading of the one node that says that the database is ours."""
    if ":Catalog" not in plan["args"].get("Details", ""):
        yield plan["operatorType"].partition("@")[0]
    for child in plan.get("children", []):
        yield from operators(child)


async def test_no_statement_of_a_change_scans(send, changing, draft, monkeypatch):
    asked = set()

    def recorded(run):
        async def running(self, statement, **parameters):
            asked.add(statement)
            return await run(self, statement, **parameters)

        return running

    for kind in (Transaction, Database):
        monkeypatch.setattr(kind, "run", recorded(kind.run))
    one = await draft()
    await send(OFFICER, "publishResource", resource=one)
    await send(OFFICER, "describeResource", resource=one, fields={"abstract": "新"})
    await send(OFFICER, "withdrawResource", resource=one, reason="x")
    await send(BUREAU, "nameAuthority", element="DataElement:死亡日期", department=CIVIL_AFFAIRS, basis="x")
    grant = {"subject": "test|plans", "role": Word("REVIEWER"), "department": CIVIL_AFFAIRS}
    ask = "... on RoleChanged { assignment { id } }"
    granted = await send(ADMINISTRATOR, "grantRole", ask, **grant)
    await send(ADMINISTRATOR, "endRole", assignment=granted["assignment"]["id"])
    monkeypatch.undo()
    # What the asker sees is found by a statement that counts, too; on so small a store the planner reads all to count.
    asked.discard(sight_statement())
    assert len(asked) > 20
    for statement in asked:
        _, plan = await changing.explain(statement)
        assert not SCANS & set(operators(plan)), statement
