"""GraphQL: pages of events, and one with the proof that it stands under the last checkpoint."""

import json
from datetime import date

import pytest

from api.answer import Answerer, Request
from api.cli.auditing import proved
from api.schema import SCHEMA
from graph.errors import BadInput
from graph.permissions import LOCAL
from graph.trail import merkle
from graph.trail.log import event_id
from graph.trail.notes import PrivateKey
from graph.trail.proving import Proof, check

from .conftest import ALICE, BOB

LOG = "Log:410299/县民政局"
PROOF = """query ($id: ID!) { event(id: $id) { action payload log __typename
  proof: inclusionProof { index size root path line lines listPath } checkpoint { number at note } seq } }"""


async def ask(trail, text, **variables):
    answerer = Answerer(SCHEMA, trail.database, lambda: date(2026, 11, 22))
    body = json.loads((await answerer.answer(Request(text, None, variables), LOCAL)).body)
    assert "errors" in body or answerer.fallbacks == 0
    return body


async def test_every_event_under_the_last_checkpoint_is_proved(trail):
    await trail.append(ALICE, *range(40, 70))
    await trail.append(BOB, *range(70, 79))
    await trail.seal()
    await trail.append(ALICE, 99)  # the log goes on; the proofs are those of the checkpoint
    rows = await trail.run("MATCH (e:Event) RETURN e.id AS id ORDER BY id")
    proved = 0
    for row in rows:
        event = (await ask(trail, PROOF, id=row["id"]))["data"]["event"]
        if event["proof"] is None:
            assert event["checkpoint"] is None
            assert (event["log"], event["seq"]) == (LOG, 36)
            continue
        given = event["proof"]
        proof = Proof(event["log"], given["index"], given["size"], given["root"], given["path"], given["line"],
                      given["lines"], given["listPath"])  # fmt: skip
        note = event["checkpoint"]["note"]
        assert check(proof, event["payload"], note, trail.ring.public()) == []
        assert check(proof, event["payload"].replace('"v":1', '"v":2'), note, trail.ring.public())
        assert check(proof, event["payload"], note.replace("number 4", "number 5"), trail.ring.public())
        assert check(proof, event["payload"], note, [PrivateKey.new("other").public])
        proved += 1
    assert proved == len(rows) - 1 == 52
    assert event["checkpoint"]["number"] == 4


async def test_the_command_checks_an_answer(trail, tmp_path):
    asked = "event { payload log inclusionProof { index size root path line lines listPath } checkpoint { note } }"
    body = await ask(trail, "{ " + asked.replace("event", f'event(id: "{event_id(LOG, 2)}")') + " }")
    (tmp_path / "answer.json").write_text(json.dumps(body))
    assert proved(tmp_path / "answer.json", trail.ring.public()).is_sound
    body["data"]["event"]["inclusionProof"]["path"].reverse()
    (tmp_path / "answer.json").write_text(json.dumps(body))
    assert not proved(tmp_path / "answer.json", trail.ring.public()).is_sound
    (tmp_path / "answer.json").write_text('{"data": {"event": null}}')
    with pytest.raises(BadInput, match="holds no proof"):
        proved(tmp_path / "answer.json", trail.ring.public())


async def test_a_proof_of_another_event_or_log_is_none(trail):
    first, second = [
        (await ask(trail, PROOF, id=event_id(log, 0)))["data"]["event"] for log in (LOG, "Log:410299/县公安局")
    ]
    given = first["proof"]
    for changed in ({"log": second["log"]}, {"index": 1}, {"size": 4}, {"root": second["proof"]["root"]}, {"line": 0},
                    {"lines": 4}, {"path": []}, {"list_path": []}):  # fmt: skip
        fields = {"log": first["log"], "list_path": given["listPath"]} | {
            name: value for name, value in given.items() if name != "listPath"
        }
        if fields | changed != fields:
            proof = Proof(**(fields | changed))
            assert check(proof, first["payload"], first["checkpoint"]["note"], trail.ring.public()), changed


async def test_an_event_that_is_not_there_is_null(trail):
    assert await ask(trail, PROOF, id="Event:410299/县民政局/0000000099") == {"data": {"event": None}}
    assert await ask(trail, PROOF, id="Resource:x") == {"data": {"event": None}}


async def test_without_a_checkpoint_there_is_no_proof(bare):
    [id] = await bare.append(ALICE, 1)
    event = (await ask(bare, PROOF, id=id))["data"]["event"]
    assert (event["action"], event["proof"], event["checkpoint"]) == ("DESCRIBE", None, None)


async def test_a_proof_over_events_that_are_gone_is_an_error_and_no_proof(trail):
    await trail.run("MATCH (e:Event {id: $id}) DELETE e", id=event_id(LOG, 1))
    body = await ask(trail, PROOF, id=event_id(LOG, 0))
    assert body["data"] == {"event": None}
    assert body["errors"][0]["extensions"]["code"] == "TrailError"


async def test_events_are_filtered_and_sorted(trail):
    page = "nodes { id action at actor targets } totalCount pageInfo { hasNextPage }"
    mine = (await ask(trail, f'{{ events(first: 3, where: {{ actor: {{ eq: "idp|alice" }} }}) {{ {page} }} }}'))["data"]
    assert mine["events"]["totalCount"] == 6
    assert [event["targets"] for event in mine["events"]["nodes"]] == [
        ["Resource:410299/R11"], ["Resource:410299/R7"], ["Resource:410299/R6"],
    ]  # fmt: skip
    asked = 'first: 9, orderBy: AT_ASC, where: { targets: { has: "Resource:410299/R9" }, action: { in: [DESCRIBE] } }'
    assert len((await ask(trail, f"{{ events({asked}) {{ {page} }} }}"))["data"]["events"]["nodes"]) == 1
    log = f'first: 9, where: {{ log: {{ eq: "{LOG}" }}, seq: {{ gte: 2, lt: 4 }} }}'
    seqs = (await ask(trail, f"{{ events(orderBy: ID_ASC, {log}) {{ nodes {{ seq }} }} }}"))["data"]["events"]["nodes"]
    assert seqs == [{"seq": 2}, {"seq": 3}]


@pytest.mark.parametrize("text", [
    "{ events(first: 1) { nodes { inclusionProof { size } } } }",
    '{ node(id: "Event:410299/县民政局/0000000000") { ... on Event { checkpoint { note } } } }',
])  # fmt: skip
async def test_a_proof_in_a_list_is_refused(trail, text):
    body = await ask(trail, text)
    assert body["errors"][0]["message"].endswith("Ask for one by its id.")


async def test_the_hash_of_an_event_is_that_of_its_payload(trail):
    for node in (await ask(trail, "{ events(first: 100) { nodes { payload hash } } }"))["data"]["events"]["nodes"]:
        assert node["hash"] == merkle.leaf(node["payload"].encode()).hex()
