"""`yuanliu db`: the embedded database."""

import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import bar, errors, output, running
from api.identity.local import person
from api.request import REQUEST_ID
from api.settings import Settings
from graph import engine
from graph.database import Address, Database
from graph.engine import Installation
from graph.errors import BadInput, GraphError
from graph.trail.keyring import Keyring
from graph.trail.log import Entry, holds_trail, record_alone
from graph.words import Action

app = typer.Typer(help="数据库 The embedded database: start, stop, status, reset, dump, load.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="备份文件 File of the copy.")]
Replace = Annotated[bool, typer.Option("--replace", help="覆盖 Overwrite what is there.")]


def embedded() -> Installation:
    """The embedded engine; BadInput where the environment points at another database, which is not ours to manage."""
    settings = Settings.read()
    if settings.address is not None:
        raise BadInput(
            f"NEO4J_URI points at {settings.address.uri}, which is not ours to manage.",
            "Unset NEO4J_URI for the embedded one.",
        )
    return settings.installation


@app.command()
def start() -> None:
    """Start the database and leave it running."""
    with bar() as progress:
        task = progress.add_task("取得 Neo4j fetching", total=None)
        server = engine.start(embedded(), lambda done, total: progress.update(task, completed=done, total=total))
    output.print(f"运行于 running at {server.uri}", highlight=False)


@app.command()
def stop(force: Annotated[bool, typer.Option("--force", help="强制 Even while others use it.")] = False) -> None:
    """Stop the database."""
    stopped = engine.stop(embedded(), force=force)
    output.print("已停止 stopped" if stopped else "未在运行 it was not running")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Say whether the database runs, where, and who uses it."""
    found = engine.status(embedded())
    fields = {name: getattr(found, name) for name in found.__slots__}
    if as_json:
        sys.stdout.write(json.dumps(fields) + "\n")
        return
    for name, value in fields.items():
        output.print(f"{name:10} {value}", highlight=False)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="不再询问 Do not ask.")] = False) -> None:
    """Delete all data of the embedded database."""
    installation = embedded()
    if not yes:
        typer.confirm(f"删除全部数据 Delete all data in {installation.directory}?", abort=True)
    engine.reset(installation)
    kept = Keyring(Settings.read().trail).set_aside()
    output.print("已清空 all data is deleted")
    if kept is not None:
        output.print(f"留痕的密钥和检查点 key and checkpoints of the trail are kept in {kept}", highlight=False)


@app.command()
def dump(to: File, replace: Replace = False) -> None:
    """Copy the database to a file; an event of the database tells of it."""
    installation = embedded()
    with errors.status("备份中 dumping…"):
        engine.dump(installation, to, replace=replace)
    output.print(f"已备份到 dumped to {to}", highlight=False)
    leave(installation, Action.EXPORT, to, "db dump")


@app.command()
def load(file: File, replace: Replace = False) -> None:
    """Load the database from a copy; what is loaded has an event of it."""
    installation = embedded()
    with errors.status("恢复中 loading…"):
        engine.load(installation, file, replace=replace)
    output.print(f"已恢复 loaded from {file}", highlight=False)
    leave(installation, Action.RESTORE, file, "db load")


def leave(installation: Installation, action: Action, file: Path, note: str) -> None:
    """Leave an event of a copy in the trail of the embedded database, if it holds one; what cannot be left is said.

    The database is not brought to the present schema.
    """

    async def leaving(address: Address, said: dict[str, str]) -> None:
        async with Database(address) as database:
            if await holds_trail(database):
                await record_alone(database, person(), [Entry(action, after=said, note=note)], request=REQUEST_ID.get())

    try:
        with file.expanduser().open("rb") as copy:
            digest = hashlib.file_digest(copy, "sha256").hexdigest()
        with running(installation) as address:
            asyncio.run(leaving(address, {"file": file.name, "sha256": digest}))
    except (GraphError, OSError) as error:
        errors.print(f"未留下事件 No event tells of it: {error}", highlight=False)
