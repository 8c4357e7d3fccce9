"""`yuanliu import`: files into the catalog."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.console import bar, catalog, connected, errors, output
from api.identity.local import person
from api.request import REQUEST_ID
from api.settings import Settings
from graph.database import Address, Database
from graph.errors import BadInput
from graph.imports import Options, Question, Reading, RegionName, Report, apply, known_regions, plan

ASKED = 3
REJECTED = 4
DECISIONS = {"SURE": "[green]SURE[/]", "ASK": "[yellow]ASK[/]", "KEPT": "[dim]KEPT[/]"}


def import_files(
    files: Annotated[list[Path], typer.Argument(help="文件 JSON, CSV, xlsx, also gzipped.")],
    source: Annotated[str | None, typer.Option(help="来源 Name of the source.")] = None,
    region: Annotated[str | None, typer.Option(help="行政区划代码 Code of the region, e.g. 410200.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="HEADER=field; an empty field keeps the column.")
    ] = None,
    complete: Annotated[bool, typer.Option("--complete", help="完整 What is absent is closed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="试运行 Change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Import catalogs: resources and items, as portals and departments have them."""
    settings = Settings.read()
    fields = dict(split(each) for each in mapping or ())
    options = Options(
        source=source, region=region, mapping=fields, complete=complete, dry_run=dry_run, zone=settings.zone.key
    )
    with connected(settings) as address:
        reports = asyncio.run(imported(address, files, options, as_json=as_json))
    if any(report.questions for report in reports):
        raise typer.Exit(ASKED)
    if any(report.rejected for report in reports):
        raise typer.Exit(REJECTED)


def split(pair: str) -> tuple[str, str]:
    """`HEADER=field` as both parts; BadInput if it has no `=`."""
    header, found, field = pair.rpartition("=")
    if not found:
        raise BadInput(f"--map {pair} says no field.", "Write it as --map HEADER=field.")
    return header, field


async def imported(address: Address, files: list[Path], options: Options, *, as_json: bool) -> list[Report]:
    """Import the files one after the other; each is a unit of its own."""
    reports: list[Report] = []
    async with catalog(address) as database:
        regions = await known_regions(database)
        for file in files:
            reading = answered(file, plan(file, options, regions), regions)
            report = await applied(database, reading) if not reading.questions or options.dry_run else asked(reading)
            if as_json:
                sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
            else:
                show(report)
            reports.append(report)
    return reports


def answered(file: Path, reading: Reading, regions: list[RegionName]) -> Reading:
    """The reading with its questions put to the person at the terminal; without one they stay open."""
    while reading.questions and sys.stdin.isatty():
        options = reading.options
        for question in reading.questions:
            options = with_answer(options, question)
        reading = plan(file, options, regions, reading)
    return reading


def with_answer(options: Options, question: Question) -> Options:
    """The options with the answer to one question."""
    errors.print(question.text, highlight=False)
    if question.about == "SOURCE":
        return replace(options, source=typer.prompt("来源 source", err=True))
    if question.about == "REGION":
        return replace(options, region=typer.prompt("行政区划代码 region code", err=True))
    field = typer.prompt(f"{question.header} ({', '.join(question.candidates)})", default="", err=True)
    return replace(options, mapping={**options.mapping, str(question.header): field})


async def applied(database: Database, reading: Reading) -> Report:
    """Write the file, with a bar."""
    with bar() as progress:
        task = progress.add_task(reading.path.name, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return await apply(database, reading, advance, viewer=person(), request=REQUEST_ID.get())


def asked(reading: Reading) -> Report:
    """What is said of a file that was not imported because something must be asked."""
    return Report(reading.path.name, len(reading.table.rows), reading.columns, [], questions=reading.questions)


def show(report: Report) -> None:
    """The report for a person."""
    columns = Table(
        "列", "字段", "把握", "决定", "理由", title=f"{report.file}（{report.rows}行）", title_justify="left"
    )
    for column in report.columns:
        columns.add_row(
            column.header, column.field or "", f"{column.confidence:.2f}", DECISIONS[column.decision], column.why
        )
    output.print(columns)
    if report.questions:
        errors.print("尚未导入 Not imported; say:", style="yellow")
        for question in report.questions:
            errors.print(f"  {question.option}    {question.text}", highlight=False)
        return
    kind = "试运行 dry run: " if report.is_dry_run else ""
    output.print(
        f"{kind}新增 {report.new}，变更 {report.changed}，未变 {report.unchanged}，退回 {len(report.rejected)}",
        highlight=False,
    )
    for name, count in sorted(report.counts.items()):
        output.print(f"  {name}: {count}", style="dim", highlight=False)
    if report.rejected_file:
        output.print(f"退回的行 Rejected rows: {report.rejected_file}", highlight=False)
