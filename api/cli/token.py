"""`yuanliu token` and `yuanliu revoke`: access tokens of this installation, and the end of anybody's."""

import asyncio
import sys
from typing import Annotated

import typer

from api.cli.console import catalog, connected, errors, output
from api.identity.claims import WHOLE_REGION, department_of, identified, is_unbound
from api.identity.local import HOURS, issued, person
from api.request import REQUEST_ID
from api.settings import Settings
from graph import engine
from graph.database import Address, Database
from graph.errors import BadInput, GraphError
from graph.permissions import Viewer
from graph.revocation import revoke
from graph.trail.log import Entry, holds_trail, record_alone
from graph.words import Action, Role


def token(
    role: Annotated[list[Role], typer.Option(case_sensitive=False, help="角色 Role; may be given several times.")],
    department: Annotated[
        str, typer.Option(help="部门 Department that the roles are bound to, by its id; '*': the whole region.")
    ] = "",
    region: Annotated[str, typer.Option(help="行政区划 Region that they are bound to, e.g. 410200.")] = "",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 90, help="时长 How long it holds.")] = HOURS,
) -> None:
    """Print an access token in the name of the OS user, signed with the key in YUANLIU_HOME; an event if the database runs."""
    settings = Settings.read()
    if settings.providers is not None:
        raise BadInput(
            "YUANLIU_IDENTITY names identity providers; the service believes no other tokens than theirs.",
            "Get the token there.",
        )
    if is_unbound(frozenset(role), department):
        raise BadInput(
            "An officer or a reviewer has a department.",
            f"Name it with --department, or --department '{WHOLE_REGION}' for the whole region.",
        )
    viewer = Viewer(
        subject=person().subject,
        roles=frozenset(role),
        department=department_of(department),
        region=identified("Region", region),
    )
    if why := unrecorded(settings, viewer, hours):
        errors.print(f"未留下事件 No event tells of this token: {why}", highlight=False)
    sys.stdout.write(issued(settings.home, viewer, hours) + "\n")


def unrecorded(settings: Settings, viewer: Viewer, hours: float) -> str:
    """Leave an event of a token for a viewer, where that takes no start of the database; why there is none, if so.

    A database without a trail, perhaps somebody else's, is left as it is.
    """
    if settings.address is None and not engine.status(settings.installation).isRunning:
        return "The database does not run."
    given = {"roles": sorted(viewer.roles), "department": viewer.department, "region": viewer.region}
    entry = Entry(Action.LOGIN, [viewer.subject], after=given | {"minutes": int(hours * 60)}, note="yuanliu token")

    async def record(address: Address) -> str:
        async with Database(address) as database:
            if not await holds_trail(database):
                return "The database holds no trail yet."
            await record_alone(database, person(), [entry], request=REQUEST_ID.get())
            return ""

    try:
        with connected(settings) as address:
            return asyncio.run(record(address))
    except GraphError as error:
        return str(error)


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
        await revoke(database, person(), subject, request=REQUEST_ID.get())
