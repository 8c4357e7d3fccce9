"""The service with identity providers, and a browser that logs in at them."""

from zoneinfo import ZoneInfo

import httpx
import pytest

from api.app import create_app
from api.identity import settings
from api.settings import CURRENT, Settings
from identity.hops import UNBOUNDED, URL
from identity.issuer import Issuer
from identity.node import NodeProvider

AUDIENCE = "urn:yuanliu:api"
ACCOUNTS = {
    "alice": {"roles": ["planner", "offline_access"], "department": "410200/市民政局", "region": "410200"},
    "nobody": {},
    "king": {"roles": ["king"]},
    "machine": {"roles": ["auditor"], "region": "410200"},
}
ROLES = {"planner": "PLANNER", "auditor": "AUDITOR"}


@pytest.fixture(scope="session")
def provider():
    node = NodeProvider(f"{URL}/auth/gov", ACCOUNTS)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def providers(provider, tmp_path):
    (tmp_path / "secret").write_text("web-secret\n")
    (tmp_path / "secret").chmod(0o600)
    gov = settings.Issuer(
        issuer=provider.issuer, audience=AUDIENCE, role_names=ROLES, ignored_roles=frozenset({"offline_access"}),
        login=settings.Login(client="web", secret_file=tmp_path / "secret", scope="openid"),
    )  # fmt: skip
    return settings.Providers(url=URL, issuers={"gov": gov})


@pytest.fixture
async def app(empty_database, tmp_path, providers):
    usual = {"home": tmp_path, "cache": tmp_path, "version": CURRENT, "zone": ZoneInfo("UTC"), "door": UNBOUNDED}
    app = create_app(Settings(address=empty_database.address, providers=providers, **usual), empty_database.address)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def browser(app):
    """A browser: the service over ASGI, everything else over the network, cookies for both."""
    async with httpx.AsyncClient(mounts={URL: httpx.ASGITransport(app)}, trust_env=False, base_url=URL) as client:
        yield client


@pytest.fixture
async def issuer():
    async with Issuer().serving() as serving:
        yield serving
