"""Granting a role: somebody may do, for a department or a region, what the role allows."""

from datetime import date
from typing import Annotated, LiteralString

from graph.changes.allowed import Place, Reach, Right
from graph.clocks import holds
from graph.errors import BadInput, Refused
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc
from graph.record import Id
from graph.sorting import sort_key
from graph.words import Action, RefusalCode, Role

# Grants of one subject wait for each other at the one node that is always there: they are few.
LOCK: LiteralString = """
MATCH (c:Catalog {id: 'Catalog:yuanliu'}) SET c._lock = 1 REMOVE c._lock
WITH c
OPTIONAL MATCH (d:Department {id: $department}) WHERE <visible d>
OPTIONAL MATCH (d)-[l:LOCATED_IN]->(own:Region) WHERE <l>
OPTIONAL MATCH (g:Region {id: coalesce($region, own.id)}) WHERE <visible g>
RETURN d.id AS department, g.id AS region, EXISTS {
  MATCH (a:RoleAssignment {subject: $subject}) WHERE a.role = $role AND <a>
    AND coalesce(a.department, '') = coalesce(d.id, '') AND coalesce(a.region, '') = coalesce(g.id, '') } AS held
""".replace("<l>", holds("l")).replace("<a>", holds("a"))
GRANT: LiteralString = """
CREATE (a:RoleAssignment {id: $id}) SET a += $values, a.recordedAt = datetime($at)
"""

WHO = (Right(Role.ADMINISTRATOR, Reach.ALL),)


@mutation("授予角色 Grant a role from today.", "RoleChanged", Action.GRANT_ROLE, WHO, name="grantRole", locks=())
async def grant_role(
    work: Work,
    *,
    subject: Annotated[str, Doc("主体 To whom: `issuer|sub`, as in the trail.")],
    role: Annotated[Role, Doc("角色 The role.")],
    department: Annotated[Id | None, Doc("部门 For which department, with its parts.")] = None,
    region: Annotated[
        Id | None, Doc("行政区划 For which region, with what lies below; default: the department's.")
    ] = None,
    until: Annotated[date | None, Doc("终止日期 First day on which it is no longer held; default: none.")] = None,
) -> Changed:
    """Create the grant; Refused as the rules say, BadInput for an end that is past."""
    work.demand(WHO, Place())
    check_bound(subject, role, department, region)
    if until is not None and until <= work.today:
        raise BadInput(f"The grant would end on {until}, before it begins.", "Give a later day, or none.")
    seen = LOCK.replace("<visible d>", work.visible("Department", "d"))
    seen = seen.replace("<visible g>", work.visible("Region", "g"))
    found = await work.one(seen, subject=subject, role=role, department=department, region=region)
    if found is None or found["department"] != department or (region and found["region"] != region):
        raise Refused(RefusalCode.NOT_FOUND, "There is no such department or region.", "Ask for it by `search`.")
    if found["held"]:
        raise Refused(RefusalCode.NOTHING_CHANGES, f"{subject} has this role already.", "Nothing need be done.")
    values = {
        "subject": subject,
        "role": role,
        "department": department,
        "region": found["region"],
        "since": work.today,
        "until": until,
    }
    scope = (department or found["region"] or "").partition(":")[2]
    identity = f"RoleAssignment:{subject}/{role}/{scope}@{work.at}"
    await work.one(GRANT, id=identity, values=values | {"sortName": sort_key(subject, identity)})
    return Changed(identity, None, values)


def check_bound(subject: str, role: Role, department: str | None, region: str | None) -> None:
    """Refused, INCOMPLETE, for a role that is bound to nothing; BadInput for what nobody is granted.

    An administrator is one of everything: a bound one would seem less than he is.
    """
    if not subject.isprintable() or not subject.strip() or role is Role.PUBLIC:
        raise BadInput("Nobody is named, or a role that everybody has.", "Give `subject` as in the trail, and a role.")
    if role is Role.ADMINISTRATOR and (department or region):
        raise BadInput("An administrator is one of everything.", "Leave out `department` and `region`.")
    if role is not Role.ADMINISTRATOR and not (department or region):
        raise Refused(RefusalCode.INCOMPLETE, f"{role} is held for something.", "Give its `department` or `region`.")
