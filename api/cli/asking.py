"""`yuanliu ask`: the questions as readable tables, or as JSON."""

import asyncio
import json
import sys
from typing import Annotated, Any

import msgspec
import typer

from api.answer import Answerer, Request
from api.cli.console import catalog, connected, output
from api.cli.documents import ASK_DUPLICATES, ASK_HOLDERS, ASK_ISLANDS, ASK_LINEAGE, ASK_SEARCH, Document
from api.identity.local import person
from api.schema import SCHEMA
from api.settings import Settings
from graph.database import Address
from graph.errors import BadInput
from graph.words import Direction

app = typer.Typer(help="提问 Ask the catalog: lineage, holders, duplicates, islands, search.", no_args_is_help=True)

Of = Annotated[str, typer.Argument(help="标识 Id, e.g. Resource:410299/MZ001 (find it with `ask search`).")]
On = Annotated[str | None, typer.Option(help="截至日期 As of this day, YYYY-MM-DD.")]
KnownAt = Annotated[str | None, typer.Option(help="知悉时间 As known at this instant, with offset.")]
Region = Annotated[str | None, typer.Option(help="行政区划 Only in this region, e.g. 410200 or Region:410200.")]
First = Annotated[int, typer.Option(min=1, max=1000, help="条数 How many.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def lineage(
    of: Of,
    direction: Annotated[Direction, typer.Option(case_sensitive=False, help="方向")] = Direction.UPSTREAM,
    hops: Annotated[int, typer.Option(min=1, max=20, help="层数 How many hops.")] = 5,
    on: On = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """血缘 Where something came from, or where it went."""
    variables = {"of": of, "direction": direction.value, "hops": hops, "on": on, "knownAt": known_at}
    ask(ASK_LINEAGE, variables, as_json=as_json)


@app.command()
def holders(of: Of, on: On = None, known_at: KnownAt = None, as_json: Json = False) -> None:
    """持有者 Who holds something."""
    ask(ASK_HOLDERS, {"of": of, "on": on, "knownAt": known_at}, as_json=as_json)


@app.command()
def duplicates(
    region: Region = None,
    department: Annotated[str | None, typer.Option(help="部门 Only with this department, by its id.")] = None,
    first: First = 20,
    as_json: Json = False,
) -> None:
    """重复采集 What several departments collect or provide."""
    ask(ASK_DUPLICATES, {"region": region_id(region), "department": department, "first": first}, as_json=as_json)


@app.command()
def islands(region: Region = None, first: First = 20, as_json: Json = False) -> None:
    """信息孤岛 Which systems stand alone."""
    ask(ASK_ISLANDS, {"region": region_id(region), "first": first}, as_json=as_json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="检索词 Words.")], first: First = 20, as_json: Json = False
) -> None:
    """检索 Find things and their ids."""
    ask(ASK_SEARCH, {"text": text, "first": first}, as_json=as_json)


def region_id(region: str | None) -> str | None:
    """The id of a region given by id or by code."""
    return region if region is None or region.startswith("Region:") else f"Region:{region}"


def ask(document: Document, variables: dict[str, Any], *, as_json: bool) -> None:
    """Ask and print; BadInput if the question cannot be answered or there is no such thing."""
    settings = Settings.read()
    with connected(settings) as address:
        answer = asyncio.run(answered(settings, address, document, variables))
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    if errors := answer.get("errors"):
        raise BadInput(errors[0]["message"])
    if None in answer["data"].values():
        raise BadInput(f"没有 There is no {variables.get('of')}.", "Find its id with `yuanliu ask search WORDS`.")
    if not as_json:
        output.print(document.table(answer["data"]))


async def answered(settings: Settings, address: Address, document: Document, variables: dict[str, Any]) -> Any:
    """The GraphQL response."""
    async with catalog(address) as database:
        answerer = Answerer(SCHEMA, database, settings.today)
        answer = await answerer.answer(Request(document.text, None, variables), person())
    return msgspec.json.decode(answer.body)
