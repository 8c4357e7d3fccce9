"""A code that is taken: whoever holds it, the answer is one; where the asker may not see the holder, it is a denial, too."""

import pytest

from changes.people import CIVIL_AFFAIRS, OFFICER

DENIALS = "MATCH (e:Event {action: 'DENIAL', actor: $actor}) RETURN e.payload AS payload ORDER BY e.sortAt"


@pytest.mark.parametrize(("code", "denials"), [("GA004", 1), ("MZ001", 0)])  # the police's secret one, and his own
async def test_what_is_hidden_and_in_the_way_is_a_denial(send, changing, code, denials):
    before = len(await changing.run(DENIALS, actor=OFFICER.subject))
    refused = await send(OFFICER, "describeResource", department=CIVIL_AFFAIRS, code=code, fields={"name": "婚姻登记"})
    assert (refused["code"], refused["message"]) == ("TAKEN", f"{code} cannot be used here a second time.")
    found = await changing.run(DENIALS, actor=OFFICER.subject)
    assert len(found) - before == denials
    assert not denials or "describeResource: TAKEN" in found[-1]["payload"]
