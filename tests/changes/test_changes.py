"""The mutations, sent as a client sends them: what they change, what was before, what they refuse."""

import json

import pytest

from api.answer import Request
from changes.people import (
    ADMINISTRATOR,
    BUREAU,
    CIVIL_AFFAIRS,
    COUNTY,
    OFFICER,
    OTHER_OFFICER,
    POLICE,
    READER,
    REVIEWER,
    person,
)
from changes.spelling import Word
from graph.permissions import PUBLIC
from graph.words import Role

RESOURCE = "... on ResourceChanged { resource { id name publication publishedOn provider { id } shareModes } event at }"
ELEMENT = "... on DataElementChanged { element { id } event at }"
ROLE = "... on RoleChanged { assignment { id role until department { id } region { id } } }"


async def payload(changing, event):
    [row] = await changing.run("MATCH (e:Event {id: $id}) RETURN e.payload AS payload", id=event)
    return json.loads(row["payload"])


def rules(refusal):
    return [rule["name"] for rule in refusal["rules"]]


async def test_a_new_entry_is_a_draft_of_its_provider(send, changing):
    fields = {"name": " 低保对象名册 ", "shareModes": ["数据接口"], "abstract": ""}
    made = await send(OFFICER, "describeResource", RESOURCE, department=CIVIL_AFFAIRS, code="MZ900", fields=fields)
    assert made["resource"] == {
        "id": "Resource:410299/MZ900", "name": "低保对象名册", "publication": "DRAFT", "publishedOn": None,
        "provider": {"id": CIVIL_AFFAIRS}, "shareModes": ["数据接口"],
    }  # fmt: skip
    said = await payload(changing, made["event"])
    assert (said["action"], said["actor"], said["targets"]) == (
        "DESCRIBE", OFFICER.subject, ["Resource:410299/MZ900", CIVIL_AFFAIRS],
    )  # fmt: skip
    assert said["before"] is None
    assert said["after"]["provider"] == CIVIL_AFFAIRS
    assert said["at"] == made["at"]
    [row] = await changing.run(
        "MATCH (d)-[p:PROVIDES]->(r:Resource {id: $id}) RETURN r{.*} AS r, toString(p.recordedAt) AS at",
        id="Resource:410299/MZ900",
    )
    assert row["at"] == made["at"]
    assert row["r"]["sortName"] == "低保对象名册\x01Resource:410299/MZ900"
    assert "abstract" not in row["r"]
    again = await send(OFFICER, "describeResource", RESOURCE, department=CIVIL_AFFAIRS, code="MZ900", fields=fields)
    assert again["code"] == "TAKEN"


async def test_an_entry_without_a_code_goes_by_provider_and_name(send, draft):
    assert (await draft(name="无编码条目")) == "Resource:410299/县民政局/无编码条目"


async def test_a_change_keeps_the_state_that_was_in_both_clocks(send, changing, draft):
    one = await draft(abstract="旧")
    changed = await send(OFFICER, "describeResource", RESOURCE, resource=one, fields={"abstract": "新", "theme": None})
    said = await payload(changing, changed["event"])
    assert (said["before"], said["after"]) == ({"abstract": "旧"}, {"abstract": "新"})
    rows = await changing.run(
        """MATCH (r:Resource {id: $id})-[:WAS]->(s) RETURN s.abstract AS abstract, toString(s.until) AS until,
        s.withdrawnAt = datetime($at) AS known ORDER BY s.id""",
        id=one, at=changed["at"],
    )  # fmt: skip
    assert rows == [
        {"abstract": "旧", "until": "2026-11-22", "known": None},
        {"abstract": "旧", "until": None, "known": True},
    ]
    question = '{{ resource(id: "{0}", on: "{1}") {{ abstract }} }}'
    for day, wanted in (("2026-11-21", "旧"), ("2026-11-22", "新")):
        body = (await send.answerer.answer(Request(question.format(one, day)), ADMINISTRATOR)).body
        assert json.loads(body)["data"]["resource"]["abstract"] == wanted


async def test_publishing_and_withdrawing(send, changing, draft):
    one = await draft()
    published = await send(REVIEWER, "publishResource", RESOURCE, resource=one)
    assert (published["resource"]["publication"], published["resource"]["publishedOn"]) == ("PUBLISHED", "2026-11-22")
    assert (await send(OFFICER, "publishResource", resource=one))["code"] == "NOTHING_CHANGES"
    withdrawn = await send(BUREAU, "withdrawResource", RESOURCE, resource=one, reason="职能调整")
    assert withdrawn["resource"]["publication"] == "WITHDRAWN"
    said = await payload(changing, withdrawn["event"])
    assert (said["note"], said["before"], said["after"]) == (
        "职能调整", {"publication": "PUBLISHED"}, {"publication": "WITHDRAWN"},
    )  # fmt: skip
    assert (await send(OFFICER, "withdrawResource", resource=one, reason="x"))["code"] == "NOTHING_CHANGES"
    assert (await send(OFFICER, "publishResource", RESOURCE, resource=one))["resource"]["publication"] == "PUBLISHED"


@pytest.mark.parametrize(
    ("department", "fields", "code", "cited"),
    [
        (CIVIL_AFFAIRS, {"formats": None}, "INCOMPLETE", ["KF-SHARE-11a"]),
        (CIVIL_AFFAIRS, {"shareType": Word("SPECIAL")}, "SHARE_TYPE", ["KF-SHARE-11b"]),
        (CIVIL_AFFAIRS, {"shareType": Word("NOT_SHARED")}, "LEGAL_BASIS", ["KF-SHARE-11c"]),
        ("Department:210199/区民政局", {"shareType": Word("CONDITIONAL")}, "LEGAL_BASIS", ["LN-12b"]),
        ("Department:610499/新区社会事业局", {"shareType": Word("NOT_SHARED")}, "SHARE_TYPE", ["XY-SHARE-8"]),
        ("Department:411199/经开区社会事务局", {"secrecy": Word("SECRET")}, "SECRET", ["LH-22a"]),
        ("Department:140199/县民政局", {"secrecy": None}, "INCOMPLETE", ["TY-28b"]),
        ("Department:140199/县民政局", {"shareType": Word("DEFERRED")}, "LEGAL_BASIS", ["TY-24b"]),
        ("Department:360199/区民政局", {"secrecy": Word("SECRET")}, "SECRET", []),
    ],
)
async def test_what_the_regime_of_the_place_does_not_let_be_published(send, draft, department, fields, code, cited):
    one = await draft(department, **fields)
    refused = await send(ADMINISTRATOR, "publishResource", RESOURCE, resource=one)
    assert (refused["code"], rules(refused)) == (code, cited)
    assert refused["message"]
    assert refused["cure"]


async def test_where_the_regime_is_silent_nothing_is_asked(send, draft):
    one = await draft("Department:360199/区民政局", classification=None, formats=None, shareType=Word("SPECIAL"))
    assert (await send(ADMINISTRATOR, "publishResource", RESOURCE, resource=one))["resource"]["id"] == one


async def test_a_review_where_the_regime_wants_one(send, draft, changing):
    place = ("Department:210199/区民政局", "Region:210199")
    officer = person("liaoning", Role.CATALOG_OFFICER, *place)
    bureau = person("liaoning bureau", Role.COMPETENT_DEPARTMENT, "", "Region:210199")
    one = await draft(place[0])
    refused = await send(officer, "publishResource", resource=one)
    assert (refused["code"], rules(refused)) == ("NEEDS_REVIEW", ["LN-10"])
    [denial] = await changing.run(
        "MATCH (e:Event {action: 'DENIAL', actor: $actor}) RETURN e.targets AS targets", actor=officer.subject
    )
    assert denial["targets"] == [one], "it is refused for want of a role"
    await send(bureau, "publishResource", RESOURCE, resource=one)
    amended = await send(officer, "describeResource", resource=one, fields={"abstract": "改"})
    assert amended["code"] == "NEEDS_REVIEW"
    special = await draft("Department:610499/新区社会事业局", shareType=Word("SPECIAL"), legalBasis="某法")
    officer = person("xianyang", Role.CATALOG_OFFICER, "Department:610499/新区社会事业局", "Region:610499")
    refused = await send(officer, "publishResource", resource=special)
    assert (refused["code"], rules(refused)) == ("NEEDS_REVIEW", ["XY-SHARE-9d"])


async def test_what_is_published_stays_fit_to_be(send, draft):
    one = await draft()
    await send(OFFICER, "publishResource", resource=one)
    refused = await send(OFFICER, "describeResource", resource=one, fields={"formats": []})
    assert (refused["code"], rules(refused)) == ("INCOMPLETE", ["KF-SHARE-11a"])
    refused = await send(OFFICER, "describeResource", resource=one, fields={"secrecy": Word("SECRET")})
    assert refused["code"] == "SECRET"
    assert (await send(OFFICER, "describeResource", resource=one, fields={"name": None}))["code"] == "INCOMPLETE"
    done = await send(OFFICER, "describeResource", RESOURCE, resource=one, fields={"abstract": "好"})
    assert done["resource"]["publication"] == "PUBLISHED"


async def test_who_may_not(send, changing, draft):
    one = await draft()
    await send(OFFICER, "publishResource", resource=one)
    for viewer in (OTHER_OFFICER, READER, person("planner", Role.PLANNER, "", COUNTY)):
        refused = await send(viewer, "withdrawResource", resource=one, reason="x")
        assert refused["code"] == "NOT_ALLOWED"
        assert set(rules(refused)) == {"KF-SHARE-10a", "KF-SHARE-4a", "KF-SHARE-4b"}
        [denied] = await changing.run(
            "MATCH (e:Event {action: 'DENIAL', actor: $actor}) RETURN e.targets AS targets, e.payload AS payload",
            actor=viewer.subject,
        )
        assert denied["targets"] == [one]
        assert json.loads(denied["payload"])["note"] == "withdrawResource: NOT_ALLOWED"
        await changing.run(
            "MATCH (e:Event {action: 'DENIAL', actor: $actor}) SET e.actor = 'seen'", actor=viewer.subject
        )
    assert (await send(BUREAU, "describeResource", resource=one, fields={"theme": "x"}))["code"] == "NOT_ALLOWED"
    assert (await send(OFFICER, "nameAuthority", element="DataElement:婚姻状况", department=POLICE, basis="x"))[
        "code"
    ] == "NOT_ALLOWED"
    assert (await send(BUREAU, "grantRole", subject="a|b", role=Word("AUDITOR"), region=COUNTY))[
        "code"
    ] == "NOT_ALLOWED"


async def test_the_public_changes_nothing_and_leaves_no_trace(send, changing, draft):
    one = await draft()
    before = await changing.run("MATCH (e) WHERE e:Event OR e:Done OR e:Write RETURN count(e) AS count")
    assert (await send(PUBLIC, "publishResource", resource=one))["code"] == "NOT_ALLOWED"
    assert await changing.run("MATCH (e) WHERE e:Event OR e:Done OR e:Write RETURN count(e) AS count") == before


async def test_what_is_not_there(send):
    for name, arguments in (
        ("publishResource", {"resource": "Resource:410299/none"}),
        ("withdrawResource", {"resource": "Department:410299/县公安局", "reason": "x"}),
        ("describeResource", {"department": "Department:none", "fields": {"name": "x"}}),
        ("nameAuthority", {"element": "DataElement:none", "department": POLICE, "basis": "x"}),
        ("nameAuthority", {"element": "DataElement:婚姻状况", "department": "Department:none", "basis": "x"}),
        ("grantRole", {"subject": "a|b", "role": Word("AUDITOR"), "region": "Region:none"}),
        ("endRole", {"assignment": "RoleAssignment:none"}),
    ):
        assert (await send(ADMINISTRATOR, name, **arguments))["code"] == "NOT_FOUND", name


async def test_one_datum_has_one_source_in_a_region(send, changing):
    element = "DataElement:紧急联系人电话"
    first = await send(BUREAU, "nameAuthority", ELEMENT, element=element, department=CIVIL_AFFAIRS, basis="一号决定")
    assert first["element"] == {"id": element}
    again = await send(BUREAU, "nameAuthority", element=element, department=CIVIL_AFFAIRS, basis="一号决定")
    assert again["code"] == "NOTHING_CHANGES"
    elsewhere = "Department:610499/新区社会事业局"
    await send(ADMINISTRATOR, "nameAuthority", element=element, department=elsewhere, basis="另一地")
    second = await send(BUREAU, "nameAuthority", ELEMENT, element=element, department=POLICE, basis="二号决定")
    said = await payload(changing, second["event"])
    assert said["before"] == [{"basis": "一号决定", "department": CIVIL_AFFAIRS}]
    assert said["targets"] == [element, CIVIL_AFFAIRS, POLICE]
    rows = await changing.run(
        """MATCH (d)-[a:AUTHORITY_FOR]->(:DataElement {id: $id}) RETURN d.id AS id, toString(a.since) AS since,
        toString(a.until) AS until, a.withdrawnAt = datetime($at) AS ended ORDER BY id""",
        id=element, at=second["at"],
    )  # fmt: skip
    assert rows == [
        {"id": POLICE, "since": "2026-11-22", "until": None, "ended": None},
        {"id": CIVIL_AFFAIRS, "since": "2026-11-22", "until": None, "ended": True},
        {"id": elsewhere, "since": "2026-11-22", "until": None, "ended": None},
    ]


async def test_a_granted_role_allows_until_it_is_ended(send, changing, draft):
    one = await draft()
    await send(OFFICER, "publishResource", resource=one)
    someone = person("someone", Role.DEPARTMENT_VIEWER, POLICE, COUNTY)
    assert (await send(someone, "withdrawResource", resource=one, reason="x"))["code"] == "NOT_ALLOWED"
    grant = {"subject": someone.subject, "role": Word("REVIEWER"), "department": CIVIL_AFFAIRS}
    granted = await send(ADMINISTRATOR, "grantRole", ROLE, **grant)
    assignment = granted["assignment"]
    assert assignment["department"] == {"id": CIVIL_AFFAIRS}
    assert assignment["region"] == {"id": COUNTY}
    assert (await send(ADMINISTRATOR, "grantRole", ROLE, **grant))["code"] == "NOTHING_CHANGES"
    assert (await send(someone, "withdrawResource", resource=one, reason="x"))["__typename"] == "ResourceChanged"
    ended = await send(ADMINISTRATOR, "endRole", ROLE, assignment=assignment["id"])
    assert ended["assignment"]["until"] == "2026-11-22"
    assert (await send(ADMINISTRATOR, "endRole", assignment=assignment["id"]))["code"] == "NOTHING_CHANGES"
    # What is withdrawn he does not even see.
    assert (await send(someone, "publishResource", resource=one))["code"] == "NOT_FOUND"
    [state] = await changing.run(
        "MATCH (:RoleAssignment {id: $id})-[:WAS]->(s) RETURN s.until AS until, s.withdrawnAt IS NOT NULL AS withdrawn",
        id=assignment["id"],
    )
    assert state == {"until": None, "withdrawn": True}
    document = '{ roleAssignments(where: { subject: { eq: "test|someone" } }) { nodes { role until } } }'
    body = json.loads((await send.answerer.answer(Request(document), ADMINISTRATOR)).body)
    assert body["data"]["roleAssignments"]["nodes"] == [{"role": "REVIEWER", "until": "2026-11-22"}]


async def test_what_may_not_be_seen_is_answered_like_what_is_not_there(send, draft):
    hidden = await draft()  # a draft, which another department does not see
    answers = []
    for one in (hidden, hidden + "x"):
        found = [
            await send(OTHER_OFFICER, "publishResource", resource=one),
            await send(OTHER_OFFICER, "withdrawResource", resource=one, reason="x"),
            await send(OTHER_OFFICER, "describeResource", resource=one, fields={"theme": "x"}),
        ]
        answers.append(json.loads(json.dumps(found).replace(json.dumps(one)[1:-1], "…")))
    assert answers[0] == answers[1]
    assert {answer["code"] for answer in answers[0]} == {"NOT_FOUND"}


async def test_a_draft_is_seen_by_those_who_may_and_when_published_by_all_departments(send, draft):
    one = await draft()

    async def seen(viewer):
        document = f'{{ resource(id: "{one}") {{ id }} }}'
        return json.loads((await send.answerer.answer(Request(document), viewer)).body)["data"]["resource"] is not None

    assert [await seen(each) for each in (OFFICER, BUREAU, OTHER_OFFICER, PUBLIC)] == [True, True, False, False]
    await send(OFFICER, "publishResource", resource=one)
    assert [await seen(each) for each in (OTHER_OFFICER, PUBLIC)] == [True, False]
    await send(OFFICER, "describeResource", resource=one, fields={"openType": Word("UNCONDITIONAL_OPEN")})
    assert await seen(PUBLIC)
    await send(OFFICER, "withdrawResource", resource=one, reason="x")
    assert [await seen(each) for each in (OFFICER, OTHER_OFFICER, PUBLIC)] == [True, False, False]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("mutation { a: FIELD { __typename } b: OTHER { __typename } }", {}),
        ("mutation($not: Boolean = true) { a: FIELD @skip(if: $not) { __typename } }", {"not": None}),
    ],
)
async def test_an_operation_is_one_change_that_nothing_is_undecided_about(send, changing, draft, document, variables):
    one = await draft()
    field = 'publishResource(resource: "{0}", idempotencyKey: "{1}")'
    text = document.replace("FIELD", field.format(one, "p")).replace("OTHER", field.format(one, "q"))
    answer = await send.answerer.answer(Request(text, variables=variables), OFFICER)
    assert not answer.executed
    assert "one change" in json.loads(answer.body)["errors"][0]["message"]
    [row] = await changing.run("MATCH (r:Resource {id: $id}) RETURN r.publication AS publication", id=one)
    assert row["publication"] == "DRAFT"


async def test_what_is_fetched_changes_nothing(send, draft):
    one = await draft()
    text = f'mutation {{ publishResource(resource: "{one}", idempotencyKey: "get") {{ __typename }} }}'
    answer = await send.answerer.answer(Request(text), OFFICER, is_get=True)
    assert (answer.executed, answer.status) == (False, 405)
