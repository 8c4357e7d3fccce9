"""`yuanliu token` and `yuanliu revoke`: access tokens of this installation, and the end of anybody's."""

import asyncio
import sys
from typing import Annotated

import typer

from api.cli.console import catalog, connected, output
from api.identity.claims import identified
from api.identity.local import HOURS, issued, person
from api.settings import Settings
from graph.database import Address
from graph.errors import BadInput
from graph.permissions import Viewer
from graph.revocation import revoke
from graph.words import Role


def token(
    role: Annotated[list[Role], typer.Option(case_sensitive=False, help="角色 Role; may be given several times.")],
    department: Annotated[str, typer.Option(help="部门 Department that the roles are bound to, by its id.")] = "",
    region: Annotated[str, typer.Option(help="行政区划 Region that they are bound to, e.g. 410200.")] = "",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 90, help="时长 How long it holds.")] = HOURS,
) -> None:
    """Print an access token in the name of the OS user, signed with the key in YUANLIU_HOME."""
    settings = Settings.read()
    if settings.providers is not None:
        raise BadInput(
            "YUANLIU_IDENTITY names identity providers; the service believes no other tokens than theirs.",
            "Get the token there.",
        )
    viewer = Viewer(
        subject=person().subject,
        roles=frozenset(role),
        department=identified("Department", department),
        region=identified("Region", region),
    )
    sys.stdout.write(issued(settings.home, viewer, hours) + "\n")


def revoke_subject(
    subject: Annotated[str, typer.Argument(help="主体 Whose, as events name them: ISSUER|SUBJECT, e.g. local|alice.")],
) -> None:
    """Void every token and session that somebody was given until now; within seconds in every process."""
    if "|" not in subject:
        raise BadInput(f"{subject} names no issuer.", "Write ISSUER|SUBJECT, as the events of the trail do.")
    with connected(Settings.read()) as address:
        asyncio.run(revoked(address, subject))
    output.print(f"已吊销 revoked: {subject}", highlight=False)


async def revoked(address: Address, subject: str) -> None:
    """Revoke, in the name of the person at this machine."""
    async with catalog(address) as database:
        await revoke(database, person(), subject)
