# authlib has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportMissingTypeStubs=false
"""The authorization code flow with PKCE at one provider, by authlib (OpenID Connect Core 3.1, RFC 7636, RFC 9207)."""

from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from joserfc.errors import JoseError
from starlette.datastructures import URL
from starlette.requests import Request

from api.identity.errors import ProviderDown, Unauthorized
from api.identity.provider import Provider
from api.identity.settings import Issuer, Login, is_secure
from api.identity.tokens import ALGORITHMS, LEEWAY

NAME = "yuanliu"
ENDPOINTS = ("authorization_endpoint", "token_endpoint")


class Code:
    """A way to log in: at `issuer` as the client `login`; browsers come back to `redirect`."""

    def __init__(self, issuer: Issuer, login: Login, provider: Provider, redirect: str) -> None:
        self.issuer = issuer
        self.login = login
        self.secret = login.secret
        self.provider = provider
        self.redirect = redirect

    async def client(self) -> Any:
        """Authlib's client, which knows what discovery says now; ProviderDown if nothing is, or what cannot be used."""
        metadata = await self.provider.metadata()
        if not all(is_secure(metadata.get(endpoint)) for endpoint in ENDPOINTS):
            raise ProviderDown("The identity provider names no https address to log in at.", "Ask who runs it.")
        return StarletteOAuth2App(
            StarletteIntegration(NAME),
            NAME,
            client_id=self.login.client,
            client_secret=self.secret,
            client_kwargs={
                "scope": self.login.scope,
                "code_challenge_method": "S256",
            }
            | self.provider.options,
            # Authlib takes these for options of the client as well: no other may come from the provider.
            **{name: metadata[name] for name in (*ENDPOINTS, "issuer", "jwks", "jwks_uri")},
            id_token_signing_alg_values_supported=list(ALGORITHMS),
        )

    async def begin(self) -> tuple[str, dict[str, Any]]:
        """Where to send the browser, and what must be kept until it comes back."""
        request = Request({"type": "http", "session": {}})
        response = await (await self.client()).authorize_redirect(request, self.redirect)
        return response.headers["location"], request.session

    async def end(self, request: Request, state: Mapping[str, Any]) -> tuple[str, str]:
        """The access token and the subject of somebody who came back; Unauthorized if anything about it is wrong."""
        client = await self.client()
        metadata = await self.provider.metadata()
        named = request.query_params.get("iss")
        if named != self.issuer.issuer and (named or metadata.get("authorization_response_iss_parameter_supported")):
            raise Unauthorized("The answer comes from another provider.", "Log in again.")
        request.scope["session"] = dict(state)
        claims = {
            "iss": {"essential": True, "value": self.issuer.issuer},
            "aud": {"essential": True, "value": self.login.client},
        }
        try:
            token = await client.authorize_access_token(request, claims_options=claims, leeway=LEEWAY)
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthorized("The login did not succeed.", "Log in again.") from error
        except httpx2.HTTPError as error:
            raise ProviderDown("The identity provider cannot be reached.", "Log in again in a moment.") from error
        about = token.get("userinfo")
        if not about or not isinstance(token.get("access_token"), str):
            raise Unauthorized("The provider gave no ID token or no access token.", "Ask for the scope openid.")
        return token["access_token"], f"{self.issuer.issuer}|{about['sub']}"

    async def logout(self) -> str:
        """The provider's page that ends a session; empty where it has none."""
        metadata = await self.provider.metadata()
        end = metadata.get("end_session_endpoint")
        return str(URL(str(end)).include_query_params(client_id=self.login.client)) if is_secure(end) else ""
