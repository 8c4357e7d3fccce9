"""Of two who provide an entry, it belongs to the one that decides on who sees it, too."""

from changes.people import CIVIL_AFFAIRS, OFFICER, OTHER_OFFICER, POLICE
from graph.audience import stamp

JOIN = """MATCH (d:Department {id: $department}), (r:Resource {id: $id})<-[p:PROVIDES]-() SET p.until = date() + duration('P9D')
CREATE (d)-[:PROVIDES {recordedAt: datetime()}]->(r)"""


async def test_it_belongs_to_whom_it_stays_with(send, draft, changing):
    one = await draft(POLICE)
    await changing.run(JOIN, department=CIVIL_AFFAIRS, id=one)
    await stamp(changing, [one])
    for somebody, answer in ((OFFICER, "ResourceChanged"), (OTHER_OFFICER, "Refusal")):
        told = await send(somebody, "describeResource", resource=one, fields={"abstract": "说明"})
        assert told["__typename"] == answer
