"""Naming the authority for a data element: one datum, one source (一数一源), in each jurisdiction."""

from typing import Annotated, LiteralString

from graph.changes.allowed import Reach, Right
from graph.changes.places import PLACE, place
from graph.clocks import holds
from graph.errors import Refused
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc
from graph.record import Id
from graph.words import Action, RefusalCode, Role

# Those that are named already in the region of the department: a datum has one source there.
NAMED: LiteralString = (
    """
MATCH (e:DataElement {id: $element}) WHERE <visible e>
MATCH (d:Department {id: $department}) WHERE <visible d>
RETURN <place> AS place, COLLECT {
  MATCH (d)-[l:LOCATED_IN]->(g:Region) WHERE <l>
  MATCH (g)<-[k:LOCATED_IN]-(o:Department)-[a:AUTHORITY_FOR]->(e) WHERE <k> AND <a>
  RETURN {department: o.id, basis: a.basis} ORDER BY o.id } AS named
""".replace("<place>", PLACE)
    .replace("<l>", holds("l"))
    .replace("<k>", holds("k"))
    .replace("<a>", holds("a"))
)
END: LiteralString = """
UNWIND $named AS id
MATCH (d:Department {id: id})-[a:AUTHORITY_FOR]->(e:DataElement {id: $element}) WHERE <a>
SET a.withdrawnAt = datetime($at)
FOREACH (_ IN CASE WHEN a.since IS NULL OR a.since < $today THEN [1] ELSE [] END |
  CREATE (d)-[was:AUTHORITY_FOR]->(e)
  SET was = properties(a), was.until = $today, was.recordedAt = datetime($at)
  REMOVE was.withdrawnAt)
""".replace("<a>", holds("a"))
BEGIN: LiteralString = """
MATCH (d:Department {id: $department}) MATCH (e:DataElement {id: $element})
CREATE (d)-[:AUTHORITY_FOR {basis: $basis, since: $today, recordedAt: datetime($at), source: $source}]->(e)
"""

WHO = (
    Right(
        Role.COMPETENT_DEPARTMENT, Reach.REGION,
        ("KF-SHARE-4a", "KF-SHARE-5(3)", "KF-OPN-1.2.3", "LN-5a", "LN-6", "XY-SHARE-3b", "XY-SHARE-4(1)", "LH-4a", "TY-5b"),
    ),
    Right(Role.ADMINISTRATOR, Reach.ALL),
)  # fmt: skip


@mutation(
    "确定数源部门 Name the department that is the one source of a datum in its region; it takes the place of another.",
    "DataElementChanged", Action.NAME_AUTHORITY, WHO, name="nameAuthority", locks=("element",),
)  # fmt: skip
async def name_authority(
    work: Work,
    *,
    element: Annotated[Id, Doc("数据元 Id of the data element.")],
    department: Annotated[Id, Doc("数源部门 Id of the department.")],
    basis: Annotated[str, Doc("依据 What it rests on: a law, a decision.")],
) -> Changed:
    """End the authority of others in the department's region and begin its own, from today; Refused as the rules say."""
    seen = NAMED.replace("<visible e>", work.visible("DataElement", "e"))
    found = await work.one(
        seen.replace("<visible d>", work.visible("Department", "d")), element=element, department=department
    )
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no {element}, or no {department}.", "Ask for them by `search`.")
    work.demand(WHO, place(found["place"]))
    after = [{"department": department, "basis": basis}]
    if found["named"] == after:
        raise Refused(RefusalCode.NOTHING_CHANGES, f"{department} is named already.", "Nothing need be done.")
    named = [each["department"] for each in found["named"]]
    await work.one(END, named=named, element=element)
    await work.one(BEGIN, element=element, department=department, basis=basis, source=work.viewer.department or None)
    return Changed(element, found["named"], after, tuple(dict.fromkeys((*named, department))))
