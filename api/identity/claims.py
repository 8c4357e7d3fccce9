"""From the claims of a token to a `Viewer`. Pure; whatever a claim says that is not understood refuses the token."""

from collections.abc import Mapping
from typing import Any, cast

from api.identity.errors import Unauthorized
from api.identity.settings import Issuer, Where
from graph.permissions import KEEPERS, Viewer
from graph.words import Role

LONGEST = 512
WHOLE_REGION = "*"
"""The department of an officer or a reviewer who keeps the catalog of a whole region: who has that much says so."""


def viewer(issuer: Issuer, claims: Mapping[str, Any]) -> Viewer:
    """Who the bearer of a valid token is; Unauthorized if a claim has a wrong type, a role is unknown or lacks its department.

    Where a machine acts for somebody (RFC 8693, `act`), the machine is the subject.
    """
    subject = text(claims.get("sub"), "sub")
    acting = actor(claims, issuer.acting) or subject
    held = roles(issuer, found(claims, issuer.roles))
    department = text(found(claims, issuer.department), "the department")
    if is_unbound(held, department):
        raise Unauthorized(
            "The token names no department for an officer or a reviewer.",
            f"Let it name one, or `{WHOLE_REGION}` for the whole region.",
        )
    return Viewer(
        subject=f"{issuer.issuer}|{acting}",
        roles=held,
        department=department_of(department),
        region=identified("Region", text(found(claims, issuer.region), "the region")),
        on_behalf_of="" if acting == subject else f"{issuer.issuer}|{subject}",
    )


def is_unbound(held: frozenset[Role], department: str) -> bool:
    """Whether somebody would keep a whole region's catalog because nothing is said of his department."""
    return not department and bool(held & KEEPERS)


def department_of(named: str) -> str:
    """The id of the department that is named, empty for a whole region."""
    return "" if named == WHOLE_REGION else identified("Department", named)


def found(claims: Mapping[str, Any], path: Where) -> object:
    """The value at a path of names, None where it ends before."""
    value: Any = claims
    for name in (path,) if isinstance(path, str) else path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]


def actor(claims: Mapping[str, Any], path: Where) -> str:
    """The machine that acts, empty where none does; Unauthorized where one does and it is not understood which.

    Where the claim that leads to it is there (`act`), it must say who.
    """
    acting = found(claims, path)
    is_said = not isinstance(path, str) and len(path) > 1 and found(claims, path[:-1]) is not None
    if acting == "" or (acting is None and is_said):
        raise Unauthorized("The token says the acting client in a form that is not understood.")
    return text(acting, "the acting client")


def roles(issuer: Issuer, value: object) -> frozenset[Role]:
    """The roles of a claim, one name or a list of them; somebody without a role is one of the public."""
    if value is None:
        return frozenset({Role.PUBLIC})
    names = cast("list[object]", value) if isinstance(value, list) else [value]
    known: Mapping[str, Role] = issuer.role_names or {role.value: role for role in Role}
    held: set[Role] = set()
    for name in names:
        if not isinstance(name, str) or (name not in known and name not in issuer.ignored_roles):
            raise Unauthorized(
                "The token names a role that this service does not know.",
                "Map it in `role-names`, or name it in `ignored-roles`.",
            )
        if name in known:
            held.add(known[name])
    return frozenset(held or {Role.PUBLIC})


def text(value: object, what: str) -> str:
    """A claim that is a text, empty where there is none; Unauthorized for what the catalog could not keep."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise Unauthorized(f"The token says {what} in a form that is not understood.")
    return value


def identified(kind: str, key: str) -> str:
    """The id of a thing that a claim names by id or by key."""
    return key if not key or key.startswith(f"{kind}:") else f"{kind}:{key}"
