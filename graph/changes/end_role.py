"""Ending a role that the catalog granted: from this instant on it allows nothing more."""

from typing import Annotated, LiteralString

from graph.changes.allowed import Place, Reach, Right
from graph.errors import Refused
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc
from graph.record import Id
from graph.words import Action, RefusalCode, Role

GRANTED: LiteralString = """
MATCH (a:RoleAssignment {id: $id}) WHERE <visible a>
RETURN a.until AS until, a.until IS NOT NULL AND a.until <= $today AS isEnded
"""
END: LiteralString = """
MATCH (a:RoleAssignment {id: $id})
CREATE (a)-[:WAS]->(known:RoleAssignmentState)
SET known = properties(a), known.id = $state, known.withdrawnAt = datetime($at)
SET a.until = $today, a.recordedAt = datetime($at)
"""

WHO = (Right(Role.ADMINISTRATOR, Reach.ALL),)


@mutation(
    "终止角色 End a role that was granted, from today.",
    "RoleChanged",
    Action.END_ROLE,
    WHO,
    name="endRole",
    locks=("assignment",),
)
async def end_role(work: Work, *, assignment: Annotated[Id, Doc("角色授予 Id of the grant.")]) -> Changed:
    """Set the grant's end to today and keep the state that it had; Refused where it has ended or the asker may not."""
    work.demand(WHO, Place())
    found = await work.one(GRANTED.replace("<visible a>", work.visible("RoleAssignment", "a")), id=assignment)
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no {assignment}.", "Ask for it by `roleAssignments`.")
    if found["isEnded"]:
        raise Refused(RefusalCode.NOTHING_CHANGES, f"{assignment} has ended already.", "Nothing need be done.")
    state = f"RoleAssignmentState:{assignment.partition(':')[2]}@{work.at}"
    await work.one(END, id=assignment, state=state)
    return Changed(assignment, {"until": found["until"]}, {"until": work.today})
