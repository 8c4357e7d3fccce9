"""`yuanliu audit`: the trail is verified, exported, signed, witnessed."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.console import catalog, connected, errors, output
from api.identity.local import person
from api.request import REQUEST_ID
from api.settings import Settings
from graph.errors import BadInput
from graph.trail import proving, restoring, witness
from graph.trail.checkpoint import Checkpoint
from graph.trail.export import Exported, export
from graph.trail.findings import Findings
from graph.trail.keyring import Keyring
from graph.trail.log import Entry, record_alone
from graph.trail.notes import PublicKey
from graph.trail.sealing import Why, seal
from graph.trail.verify import verify
from graph.words import Action

app = typer.Typer(help="留痕 The trail: verify it, export it, sign it, witness it.", no_args_is_help=True)

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="公钥 Public key that you were given, or a file of keys; may be repeated, oldest first."
    ),
]
Lost = Annotated[
    list[int] | None,
    typer.Option("--lost", help="已丢失 Checkpoint that you know was lost when a copy was restored; may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Folder = Annotated[Path, typer.Argument(help="导出 Folder of `audit export`.")]


@app.command("verify")
def verify_trail(
    folder: Annotated[Path | None, typer.Argument(help="导出 An export; without one, the database.")] = None,
    key: Keys = None,
    witnessed: Annotated[Path | None, typer.Option(help="见证 Checkpoints that a witness kept.")] = None,
    proof: Annotated[Path | None, typer.Option(help="证明 Instead: an answer of `event {…}` as JSON.")] = None,
    lost: Lost = None,
    as_json: Json = False,
) -> None:
    """Verify the trail; exit code 1 if anything is wrong."""
    keys = read_keys(key or ())
    kept = witness.kept(witnessed) if witnessed else []
    if proof is not None:
        found = proved(proof, keys)
    elif folder is not None:
        found = verify(folder, required(keys), kept, lost or ())
    else:
        found = asyncio.run(verified(Settings.read(), keys, kept, lost or ()))
    show(found, as_json=as_json)


@app.command("export")
def export_trail(folder: Annotated[Path, typer.Argument(help="导出 A new folder.")], as_json: Json = False) -> None:
    """Write the whole trail into a folder, from which anybody can verify it."""
    settings = Settings.read()
    exported = asyncio.run(written(settings, folder))
    if as_json:
        sys.stdout.write(json.dumps({name: getattr(exported, name) for name in exported.__slots__}) + "\n")
    else:
        said = f"{exported.events} events of {exported.logs} logs, {exported.checkpoints} checkpoints"
        output.print(f"已导出 {said} → {folder}", highlight=False)


@app.command("checkpoint")
def write_checkpoint(
    rotate: Annotated[bool, typer.Option("--rotate", help="更换密钥 Replace the key.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="密钥丢失 The key is gone: begin with another.")] = False,
    restored: Annotated[bool, typer.Option("--restored", help="已恢复 An older copy was restored: go on.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 Do not ask.")] = False,
) -> None:
    """Sign what the logs hold now, and print the note."""
    chosen = [
        why
        for why, asked in zip((Why.ROTATED, Why.KEY_LOST, Why.RESTORED), (rotate, lost, restored), strict=True)
        if asked
    ]
    if len(chosen) > 1:
        raise BadInput("Only one of --rotate, --lost and --restored can be given.", "Give them one after the other.")
    if restored and not yes:
        number, last = asyncio.run(still_there(Settings.read()))
        said = f"Checkpoints {number + 1}-{last} are given up" if number < last else "No checkpoint is given up"
        typer.confirm(f"{said}: what they covered is no longer proved. 继续 Go on?", abort=True)
    checkpoint = asyncio.run(sealed(Settings.read(), chosen[0] if chosen else None))
    if checkpoint is None:
        errors.print("没有新的留痕 Nothing happened since the last checkpoint.", highlight=False)
    else:
        sys.stdout.write(checkpoint.note)


@app.command("witness")
def witness_export(
    folder: Folder,
    state: Annotated[Path, typer.Option("--state", help="见证 The file in which you keep what you have seen.")],
    key: Keys = None,
    lost: Lost = None,
    as_json: Json = False,
) -> None:
    """Verify an export against what you have seen before, and keep its checkpoints if nothing is wrong."""
    found = verify(folder, required(read_keys(key or ())), witness.kept(state), lost or ())
    if found.is_sound:
        count = witness.keep(state, folder)
        found.remarks.append(f"{count} checkpoints were added to {state}.")
    show(found, as_json=as_json)


async def verified(
    settings: Settings, keys: Sequence[PublicKey], kept: Sequence[Checkpoint], lost: Sequence[int]
) -> Findings:
    """What is found in the database; the keys, unless given, are those of this machine. That it was verified is an event."""
    ring = Keyring(settings.trail)
    with connected(settings) as address, tempfile.TemporaryDirectory() as scratch:
        async with catalog(address) as database:
            await export(database, ring, Path(scratch) / "trail")
            found = verify(Path(scratch) / "trail", keys or ring.public(), kept, lost, datetime.now(UTC))
            entry = Entry(Action.VERIFY, after={"sound": found.is_sound, "events": found.events})
            await record_alone(database, person(), [entry], request=REQUEST_ID.get())
            return found


async def written(settings: Settings, folder: Path) -> Exported:
    """Export. The event of it comes first, and is in the export: what breaks off may be in somebody's hands all the same."""
    with connected(settings) as address:
        async with catalog(address) as database:
            await record_alone(database, person(), [Entry(Action.EXPORT, note="trail")], request=REQUEST_ID.get())
            return await export(database, Keyring(settings.trail), folder)


async def still_there(settings: Settings) -> tuple[int, int]:
    """The last checkpoint of which the database still has all events, and the last one signed."""
    with connected(settings) as address:
        async with catalog(address) as database:
            return await restoring.kept(database, Keyring(settings.trail))


async def sealed(settings: Settings, why: Why | None) -> Checkpoint | None:
    """Write a checkpoint."""
    with connected(settings) as address:
        async with catalog(address) as database:
            return await seal(database, Keyring(settings.trail), person(), REQUEST_ID.get(), why)


def proved(path: Path, keys: Sequence[PublicKey]) -> Findings:
    """What is wrong with the proof in an answer of the API; BadInput if it holds none."""
    try:
        answer = msgspec.json.decode(path.read_bytes())
        event = answer.get("data", answer).get("event", answer)
        given = event["inclusionProof"]
        proof = proving.Proof(
            event["log"],
            given["index"],
            given["size"],
            given["root"],
            given["path"],
            given["line"],
            given["lines"],
            given["listPath"],
        )
        faults = proving.check(proof, event["payload"], event["checkpoint"]["note"], required(keys))
    except (OSError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        asked = "event { payload log inclusionProof { index size root path line lines listPath } checkpoint { note } }"
        raise BadInput(f"{path} holds no proof.", f"Ask for {asked}.") from error
    return Findings(faults=faults, events=1, logs=1, covered=0 if faults else 1)


def read_keys(given: Sequence[str]) -> list[PublicKey]:
    """The keys, each as text or in a file of them; BadInput if one is none."""
    keys: list[PublicKey] = []
    for each in given:
        path = Path(each)
        texts = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else [each]
        keys += [PublicKey.read(text) for text in texts if text.strip()]
    return keys


def required(keys: Sequence[PublicKey]) -> Sequence[PublicKey]:
    """The keys; BadInput if there are none: the one in an export proves nothing."""
    if not keys:
        raise BadInput("An export is verified with the public key that you were given.", "Say it with --key.")
    return keys


def show(found: Findings, *, as_json: bool) -> None:
    """Print what was found; exit code 1 if something is wrong."""
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False) + "\n")
    else:
        last = found.last
        until = f"检查点 {last.number} ({last.words.get('at')})" if last else "没有检查点 no checkpoint"
        output.print(f"{found.events} events, {found.logs} logs, {found.checkpoints} checkpoints", highlight=False)
        output.print(f"已签 {found.covered} of them are covered by {until}", highlight=False)
        for remark in found.remarks:
            output.print(remark, style="yellow", highlight=False)
        for fault in found.faults:
            output.print(f"[bold red]✗[/] {fault}", highlight=False)
        if found.more:
            output.print(f"… {found.more} more", style="red", highlight=False)
        if found.is_sound:
            output.print("[green]✓[/] 未见异常 nothing is wrong", highlight=False)
    if not found.is_sound:
        raise typer.Exit(1)
