"""An issuer in the hands of a test: its discovery document and keys over real HTTP, tokens as the test wants them."""

import asyncio
import base64
import json
import time
from contextlib import asynccontextmanager

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from api.identity import settings
from api.identity.provider import Provider
from api.identity.tokens import Tokens

AUDIENCE = "urn:yuanliu:api"
KEYS = {
    "RS256": RSAKey.generate_key(2048),
    "PS256": RSAKey.generate_key(2048),
    "ES256": ECKey.generate_key("P-256"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
}
FOREIGN = RSAKey.generate_key(2048)


class Issuer:
    """`keys` by key id; `status` what is answered; `asked` what was asked for."""

    def __init__(self) -> None:
        self.keys = dict(KEYS)
        self.extra = []
        self.status = 200
        self.delay = 0.0
        self.asked = []
        self.metadata = {}
        self.url = ""

    @asynccontextmanager
    async def serving(self):
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self

    async def answer(self, reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split()[1].decode()
        self.asked.append(path)
        await asyncio.sleep(self.delay)
        body = json.dumps(self.content(path)).encode()
        writer.write(
            b"HTTP/1.1 %d x\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (self.status, len(body)) + body
        )
        writer.close()

    def content(self, path):
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | self.metadata
        return {"keys": [public(key, kid) for kid, key in self.keys.items()] + self.extra}

    def token(self, alg="RS256", kid=None, key=None, header=None, **claims):
        """A token; None takes a claim or a header away."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 300, "scope": "catalog"}
        protected = {"alg": alg, "kid": kid or alg, "typ": "at+jwt"} | (header or {})
        return signed(without_none(protected), without_none(usual | claims), key or self.keys[kid or alg])


def public(key, kid):
    return key.as_dict(private=False) | {"kid": kid, "use": "sig"}


def signed(header, claims, key):
    """Whatever header and claims, signed without a look at them."""
    content = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{content}.{encoded(JWSRegistry.algorithms[header['alg']].sign(content.encode(), key))}"


def unsigned(header, claims):
    parts = (json.dumps(part).encode() if isinstance(part, dict) else part for part in (header, claims))
    return ".".join(encoded(part) for part in parts) + "."


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def without_none(values):
    return {name: value for name, value in values.items() if value is not None}


def checked(issuer, **more):
    """The check of the tokens of an issuer, and where its keys come from."""
    believed = settings.Issuer(issuer=issuer.url, audience=AUDIENCE, **more)
    source = Provider(issuer.url)
    return Tokens({issuer.url: (believed, source)}), source
