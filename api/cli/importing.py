"""`yuanliu import`: files into the catalog."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.console import bar, catalog, connected, errors, output
from api.cli.dialogue import answered
from api.identity.local import person
from api.request import REQUEST_ID
from api.settings import Settings
from graph.database import Address, Database
from graph.errors import BadInput
from graph.imports import Options, Reading, RegionName, Rejection, Report, apply, known_regions, plan
from graph.imports.headers import leaf
from graph.imports.kinds import kinds_of
from graph.imports.words import plain

ASKED = 3
REJECTED = 4
NOT_WRITTEN = 5
SHOWN = 20
"""How many rejected rows a person is shown where they stand in no file."""
DECISIONS = {"SURE": "[green]SURE[/]", "ASK": "[yellow]ASK[/]", "KEPT": "[dim]KEPT[/]"}


def import_files(
    files: Annotated[list[Path], typer.Argument(help="文件 JSON, CSV, xlsx, also gzipped.")],
    source: Annotated[str | None, typer.Option(help="来源 Name of the source.")] = None,
    region: Annotated[str | None, typer.Option(help="行政区划代码 Code of the region, e.g. 410200.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="HEADER=field; an empty field keeps the column.")
    ] = None,
    complete: Annotated[bool, typer.Option("--complete", help="完整 What is absent is closed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="试运行 Import nothing, only say what would be.")] = False,
    rejected_to: Annotated[
        Path | None, typer.Option("--rejected-to", help="退回的行 Folder for rejected rows; else beside each file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Import catalogs: resources and items, as portals and departments have them."""
    settings = Settings.read()
    fields = dict(split(each) for each in mapping or ())
    options = Options(
        source=source,
        region=region,
        mapping=fields,
        complete=complete,
        dry_run=dry_run,
        zone=settings.zone.key,
        rejected_to=rejected_to,
    )
    with connected(settings) as address:
        reports = asyncio.run(imported(address, files, options, as_json=as_json))
    if any(report.questions for report in reports):
        raise typer.Exit(ASKED)
    if any(is_unwritten(report) for report in reports):
        raise typer.Exit(NOT_WRITTEN)
    if any(report.rejected for report in reports):
        raise typer.Exit(REJECTED)


def split(pair: str) -> tuple[str, str]:
    """`HEADER=field` as both parts; BadInput if it has no `=`."""
    header, found, field = pair.rpartition("=")
    if not found:
        raise BadInput(f"--map {pair} says no field.", "Write it as --map HEADER=field.")
    return header, field


async def imported(address: Address, files: list[Path], options: Options, *, as_json: bool) -> list[Report]:
    """Import the files one after the other, once all are understood; each is a unit of its own."""
    reports: list[Report] = []
    async with catalog(address) as database:
        regions = await known_regions(database)
        last, answers = understood(files, options, regions)
        for file, own in zip(files, answers, strict=True):
            is_read = last is not None and last.path == file and last.options == own
            reading = last if last and is_read else plan(file, own, regions, last)
            report = await applied(database, reading) if not reading.questions or options.dry_run else asked(reading)
            if as_json:
                sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
            else:
                show(report)
            reports.append(report)
    return reports


def understood(
    files: Sequence[Path], options: Options, regions: list[RegionName]
) -> tuple[Reading | None, list[Options]]:
    """Read every file and ask what must be asked, before any is imported: the last reading, and the options of each file.

    Only the last is kept, for all may be more than fits into memory. ImportRefused for a file that cannot be read; BadInput for
    a `--map` that fits no file, and for two complete files of the same kind, that would close what the other has.
    """
    reading: Reading | None = None
    columns: list[str] = []
    answers: list[Options] = []
    whole: dict[tuple[str, str, str], Path] = {}
    for file in files:
        reading = plan(file, replace(options, mapping={}), regions)
        columns += reading.table.headers
        if fitting := fits(options.mapping, reading.table.headers):
            reading = plan(file, replace(options, mapping=fitting), regions, reading)
        reading = answered(reading, regions)
        answers.append(reading.options)
        for kind in kinds_of(reading.columns) if options.complete and reading.source and reading.region else ():
            other = whole.setdefault((reading.source or "", reading.region or "", kind), file)
            if other is not file:
                raise BadInput(
                    f"{other.name}, {file.name}: 来源, 行政区划和种类相同 list {kind} of one source and region; "
                    "with --complete each would close what only the other has.",
                    "合成一个文件, 或去掉 --complete Make one file of them, or leave --complete out; nothing was changed.",
                )
    for header in options.mapping.keys() - fits(options.mapping, columns).keys():
        raise BadInput(
            f"--map {header}={options.mapping[header]}: 没有这一列 no such column.",
            f"表头有 the columns are: {', '.join(dict.fromkeys(columns))}",
        )
    return reading, answers


def fits(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Of a mapping what names one of these columns, wholly or by the last part of its header."""
    named = {*columns, *map(leaf, columns), *map(plain, columns)}
    return {header: field for header, field in mapping.items() if header in named or plain(header) in named}


async def applied(database: Database, reading: Reading) -> Report:
    """Write the file, with a bar."""
    with bar() as progress:
        task = progress.add_task(escape(reading.path.name), total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return await apply(database, reading, advance, viewer=person(), request=REQUEST_ID.get())


def asked(reading: Reading) -> Report:
    """What is said of a file that was not imported because something must be asked."""
    return Report(
        str(reading.path),
        len(reading.table.rows),
        reading.columns,
        [],
        reading.source,
        reading.region,
        questions=reading.questions,
    )


def is_unwritten(report: Report) -> bool:
    """Whether rows were rejected whose file could not be written."""
    return bool(report.rejected) and report.rejected_file is None and not report.is_dry_run


def show(report: Report) -> None:
    """The report for a person."""
    columns = Table(
        "列", "字段", "把握", "决定", "理由", title=f"{escape(report.file)}（{report.rows}行）", title_justify="left"
    )
    for column in report.columns:
        columns.add_row(
            escape(column.header),
            column.field or "",
            f"{column.confidence:.2f}",
            DECISIONS[column.decision],
            escape(column.why),
        )
    output.print(columns)
    if report.questions:
        errors.print("尚未导入 Not imported; say:", style="yellow")
        for question in report.questions:
            errors.print(f"  {question.option}    {question.text}", markup=False, highlight=False)
        return
    kind = "试运行 dry run: " if report.is_dry_run else ""
    output.print(
        f"{kind}新增 {report.new}，变更 {report.changed}，未变 {report.unchanged}，退回 {len(report.rejected)}",
        highlight=False,
    )
    for name, count in sorted(report.counts.items()):
        output.print(f"  {name}: {count}", style="dim", highlight=False)
    if report.rejected_file:
        output.print(f"退回的行 Rejected rows: {report.rejected_file}", markup=False, highlight=False)
    elif report.rejected:
        show_rejected(report.rejected)
    if is_unwritten(report):
        errors.print(
            "退回的行写不出文件 The rejected rows cannot be written to a file.", style="yellow", highlight=False
        )
        errors.print(
            "[green]→[/] 用 --rejected-to 指定别的目录再导入 Say another folder with --rejected-to, and import again.",
            highlight=False,
        )


def show_rejected(rejected: Sequence[Rejection]) -> None:
    """The first rejected rows, cell by cell, for a person."""
    rows = Table("行", "列", "值", "原因", "办法", title="退回的行 Rejected rows", title_justify="left")
    for one in rejected[:SHOWN]:
        rows.add_row(str(one.row), *map(escape, (one.header, one.value, one.reason, one.cure)))
    output.print(rows)
    if len(rejected) > SHOWN:
        output.print(f"还有{len(rejected) - SHOWN}行 and more; --json has all", highlight=False)
