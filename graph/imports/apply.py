"""One file into the graph: compared, then written in one transaction and known at one instant; or only compared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from graph.audience import stamp
from graph.batches import batches
from graph.database import Database, Runner
from graph.errors import EngineError, ImportRefused, Interrupted, TooSlow
from graph.imports import arriving, present, write
from graph.imports.locks import lock_region, lock_resources
from graph.imports.places import RegionName
from graph.imports.present import Difference, Fit, Gone, ItemDifference
from graph.imports.reading import Reading
from graph.imports.records import Records
from graph.imports.rejected import keep_rejected
from graph.imports.report import Report, Tally
from graph.imports.told import summary
from graph.permissions import LOCAL, Viewer
from graph.trail.log import Entry as Logged
from graph.trail.log import record
from graph.writing import write as writing

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""

Allow: TypeAlias = Callable[[Runner, Records], Awaitable[Fit]]
"""Asked once the import has its locks: Refused where it is not allowed, else what it may publish."""

_REGIONS = "MATCH (g:Region) RETURN g.code AS code, g.name AS name, coalesce(g.level, '') AS level"


async def known_regions(database: Database) -> list[RegionName]:
    """The names that files are searched for; for `plan`."""
    return [
        RegionName(row["code"], row["name"], row["level"])
        for row in await database.run(_REGIONS)
        if row["code"] and row["name"]
    ]


async def apply(
    database: Database,
    reading: Reading,
    progress: Progress | None = None,
    *,
    viewer: Viewer = LOCAL,
    request: str = "",
    allow: Allow | None = None,
) -> Report:
    """Import a file for a viewer, or with `dry_run` say what that would do. The trail has an event for each batch.

    Raises ImportRefused where questions are open, or a complete file has rejected rows (a dry run instead reports them), or
    there is nothing to import, Refused as `allow` does, EngineError as the engine does; the graph is then as it was, unless
    the answer of the COMMIT is lost: that error says so. Once the graph has changed, nothing is raised any more: rejected
    rows that cannot be written to their file are counted.
    """
    options = reading.options
    if reading.questions and not options.dry_run:
        asked = " ".join(question.option for question in reading.questions)
        raise ImportRefused(f"{reading.path.name}: 有待回答的问题 questions are open.", f"加上 Add: {asked}")
    records = await asyncio.to_thread(reading.records)
    report = Report(
        str(reading.path),
        len(reading.table.rows),
        reading.columns,
        records.rejected,
        reading.source,
        reading.region,
        counts=records.counts,
        questions=reading.questions,
        is_dry_run=options.dry_run,
    )
    if options.complete and records.rejected:
        _refuse_incomplete(report)
    job = _Job(reading, records, report, progress)
    if options.dry_run:
        await job.compare(database, await allow(database, records) if allow else _whatever)
    elif records.entries or records.items:
        await _written(database, job, options.zone, viewer, request, allow)
    elif not records.rejected:
        raise ImportRefused(f"{reading.path.name}: 没有可导入的行 no rows to import.", "检查文件 Check the file.")
    if not options.dry_run:
        report.rejected_file = await asyncio.to_thread(keep_rejected, reading, records.rejected)
        if records.rejected and not report.rejected_file:
            report.counts["rejectedNotWritten"] = len(records.rejected)
    return report


def _refuse_incomplete(report: Report) -> None:
    """Refuse a complete file with rejected rows: they would count as absent, and what they say would be closed."""
    if report.is_dry_run:
        report.counts["completeRefused"] = 1
        return
    first = report.rejected[0]
    raise ImportRefused(
        f"{Path(report.file).name}: 有{len(report.rejected)}行被退回, 不能当作完整目录 rows are rejected, so the file is not "
        f"complete; 如第{first.row}行 row {first.row}: {first.header}={first.value[:40]}, {first.reason}.",
        "改正退回的行(--dry-run 逐行列出), 或去掉 --complete Mend them (--dry-run lists them), or leave --complete out.",
    )


async def _written(
    database: Database, job: "_Job", zone: str, viewer: Viewer, request: str, allow: Allow | None
) -> None:
    is_done = False
    try:
        async with writing(database, lock=job.lock) as (transaction, at):
            fit = await allow(transaction, job.records) if allow else _whatever
            today = await write.day(transaction, job.region, at, zone)
            if today is None:
                raise ImportRefused(
                    f"没有行政区划 There is no region {job.region}.", "用 --region 指定 Say one with --region."
                )
            now = write.Now(transaction, at, today, job.source, job.region)
            await job.write(now, fit)
            told = [job.summary(), *(entry for entry in now.told if entry.targets)]
            await record(transaction, viewer, told, at=at, request=request)
            is_done = True
    except EngineError as error:
        if is_done and isinstance(error, Interrupted | TooSlow):
            raise EngineError(
                f"{job.name}: 是否已导入无法得知 whether it was imported is not known: the answer of the database is lost.",
                "再导入一次, 不会重复 Import it again: what was imported changes nothing twice.",
            ) from error
        if "OutOfMemory" not in error.message:
            raise
        raise ImportRefused(
            f"{job.name}: 一次导入的行数超过了数据库的内存 more rows than the database has memory for in one transaction.",
            "拆成几个文件, 或加大数据库内存 Split the file, or give the database more memory.",
        ) from error


def _whatever(_: Mapping[str, Any]) -> bool:
    """What whoever runs the service may publish: all that is not secret."""
    return True


class _Job:
    """One file's import, in the order in which it must go: departments, resources, what waited, items, what is gone."""

    def __init__(self, reading: Reading, records: Records, report: Report, progress: Progress | None) -> None:
        self._reading = reading
        self.records = records
        self._report = report
        self._progress = progress
        self._done = 0
        self._is_complete = reading.options.complete and not records.rejected
        self.name = reading.path.name
        self.source = reading.source or "?"
        self.region = reading.region or "?"

    def summary(self) -> Logged:
        """What the import did as a whole, for the trail."""
        return summary(self._report)

    async def lock(self, run: Runner) -> None:
        """Lock the region, and the resources that the file speaks of, before anything else of them is locked."""
        await lock_region(run, self.region)
        touched = {entry.id for entry in self.records.entries}
        if any(item.of[0] not in touched for item in self.records.items):
            providers, _, _ = await present.departments_of(run, self.region, self.records)
            leads = await present.resources_of(run, self.records.items, self.records.entries, providers, self.source)
            touched |= set(leads.values())
        await lock_resources(run, touched | set(await self._gone_resources(run)))

    async def compare(self, run: Runner, fit: Fit) -> None:
        """Fill the report without writing."""
        providers, new, renamed = await present.departments_of(run, self.region, self.records)
        found = await self._resources(run, providers, fit)
        gone = await self._gone_resources(run)
        self._report.resources = Tally(len(found.new), len(found.changed), found.unchanged, len(gone))
        items = await self._items(run, providers, frozenset(entry.id for entry in found.new))
        gone_items, gone_waiting = await self._gone_items(run, items)
        self._tally_items(items, len(gone_items) + len(gone_waiting))
        self._count(departmentsNew=len(new), departmentsByFormerName=renamed)

    async def write(self, now: write.Now, fit: Fit) -> None:
        """Write everything, in the transaction of `now`, and fill the report."""
        providers, new, renamed = await present.departments_of(now.run, self.region, self.records)
        await write.new_departments(now, new)
        found = await self._resources(now.run, providers, fit)
        arrived = 0
        are_waiting = await arriving.are_items_waiting(now)
        for batch in batches(found.new):
            await write.new_resources(now, batch, providers)
            arrived += await arriving.arrive(now, batch) if are_waiting else 0
            self._advance(len(batch))
        arrived += await arriving.arrive_by_name(now, found.new) if are_waiting else 0
        await write.changed(now, "Resource", found.changed)
        await write.moved(now, found.changed)
        gone = await self._gone_resources(now.run)
        await write.closed_resources(now, gone)
        self._report.resources = Tally(len(found.new), len(found.changed), found.unchanged, len(gone))
        items = await self._items(now.run, providers)
        await write.elements(now, [item for item, _ in items.new] + items.waiting)
        await write.stop_waiting(now, items.done_waiting)
        for batch in batches(items.new):
            await write.new_items(now, batch)
            self._advance(len(batch))
        for batch in batches([*items.waiting, *items.rewaiting]):
            await write.wait(now, batch)
            self._advance(len(batch))
        await write.changed(now, "DataItem", items.changed)
        await write.reopened(now, items.changed)
        gone_items, gone_waiting = await self._gone_items(now.run, items)
        await write.closed_items(now, gone_items)
        await write.stop_waiting(now, gone_waiting)
        await stamp(
            now.run,
            {entry.id for entry in found.new}
            | {change.id for change in found.changed}
            | {resource for _, resource in items.new}
            | set(gone),
            date.fromisoformat(now.today),
        )
        self._tally_items(items, len(gone_items) + len(gone_waiting))
        self._count(departmentsNew=len(new), departmentsByFormerName=renamed, itemsArrived=arrived)

    async def _resources(self, run: Runner, providers: dict[str, str], fit: Fit) -> Difference:
        headers = frozenset(self._reading.table.headers)
        found = await present.resources(run, self.records.entries, providers, headers, fit)
        self._count(notPublished=found.unpublished)
        return found

    async def _items(
        self, run: Runner, providers: dict[str, str], arriving: frozenset[str] = frozenset()
    ) -> ItemDifference:
        if not self.records.items:
            return ItemDifference()
        leads = await present.resources_of(run, self.records.items, self.records.entries, providers, self.source)
        return await present.items(run, self.records.items, leads, arriving)

    async def _gone_resources(self, run: Runner) -> dict[str, Gone]:
        if not (self._is_complete and self.records.entries):
            return {}
        return await present.gone_resources(run, self.source, self.region, [entry.id for entry in self.records.entries])

    async def _gone_items(self, run: Runner, items: ItemDifference) -> tuple[list[str], list[str]]:
        if not (self._is_complete and self.records.items):
            return [], []
        return await present.gone_items(run, self.source, self.region, items.ids)

    def _tally_items(self, items: ItemDifference, closed: int) -> None:
        self._report.items = Tally(
            len(items.new) + len(items.waiting), len(items.changed) + len(items.rewaiting), items.unchanged, closed
        )
        self._count(itemsWaiting=len(items.waiting))

    def _count(self, **counts: int) -> None:
        self._report.counts.update({name: count for name, count in counts.items() if count})

    def _advance(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(self._done, len(self.records.entries) + len(self.records.items))
