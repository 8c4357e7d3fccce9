"""How a service is set is in the trail, once for each way."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from api.identity.settings import Issuer, Login, Providers
from api.settings import CURRENT, Settings
from graph.database import Address
from graph.permissions import LOCAL
from graph.trail.settings import record_settings

GOV = Issuer(
    issuer="https://id.example",
    audience="urn:yuanliu:api",
    ignored_roles=frozenset({"b", "c", "a"}),
    login=Login(client="web", secret_file=Path("/etc/yuanliu/secret")),
)


def settings(home: Path, zone: str) -> Settings:
    return Settings(
        home=home,
        cache=home,
        address=Address("bolt://127.0.0.1:7687", "neo4j", "a password"),
        version=CURRENT,
        zone=ZoneInfo(zone),
        providers=Providers(url="https://catalog.example", issuers={"gov": GOV}),
    )


async def test_other_settings_than_at_the_last_start_are_an_event(bare, tmp_path):
    async def started(place: str, zone: str) -> bool:
        return await record_settings(bare.database, LOCAL, place, settings(tmp_path, zone).told(), request="r")

    assert await started("here", "UTC")
    assert not await started("here", "UTC")
    assert await started("there", "UTC")
    assert await started("here", "Asia/Shanghai")
    rows = await bare.run("MATCH (e:Event) RETURN e.payload AS payload ORDER BY e.id")
    first, there, last = (msgspec.json.decode(row["payload"]) for row in rows)
    assert (first["action"], first["targets"], first["before"]) == ("SETTING", ["Settings:here"], None)
    assert (there["targets"], there["before"]) == (["Settings:there"], None)
    assert (last["before"]["zone"], last["after"]["zone"]) == ("UTC", "Asia/Shanghai")
    assert {name for name in last["after"] if last["after"][name] != last["before"][name]} == {"zone"}


def test_of_secrets_the_trail_is_told_the_file_alone(tmp_path):
    told = settings(tmp_path, "UTC").told()
    assert told["providers"]["issuers"]["gov"]["login"]["secret-file"] == "/etc/yuanliu/secret"
    assert told["providers"]["issuers"]["gov"]["ignored-roles"] == ["a", "b", "c"]
    assert told["neo4j"] == {"uri": "bolt://127.0.0.1:7687", "user": "neo4j", "database": "neo4j"}
    assert "a password" not in str(told)
