"""What commands print, and the database that they open."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.identity.local import person
from api.request import REQUEST_ID
from api.settings import Settings
from graph import engine
from graph.database import Address, Database
from graph.engine import Installation
from graph.imports import Options, apply, known_regions, plan
from graph.load import load
from graph.migrate import migrate

SEEDS = Path(__file__).parents[2] / "seeds"
# Each real catalog, with what its file does not say itself.
CATALOGS = {
    "hainan_hainan.json.gz": Options(region="460000"),
    "hainan_items.csv.gz": Options(region="460000"),
    "guangxi_guilin.json.gz": Options(region="450300"),
    "sichuan_aba.json.gz": Options(region="513200"),
    "jiangsu_huaian.json.gz": Options(region="320800", source="huaian"),
}
SAMPLES = ("town", "samples/nyc", "samples/riha")

output = Console()
errors = Console(stderr=True)


def bar() -> Progress:
    """A progress bar on standard error, gone when it is done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    )


@contextmanager
def running(installation: Installation) -> Generator[Address]:
    """The embedded engine, started if need be, with a bar while it is fetched. EngineError if it does not come up."""
    with bar() as progress:
        task = progress.add_task("取得 Neo4j fetching", total=None, visible=False)

        def fetched(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, visible=done < total)

        with errors.status("启动数据库 starting the database…"):
            server = engine.use(installation, fetched)
            opened = server.__enter__()
    try:
        yield Address(opened.uri, opened.user, opened.password)
    finally:
        server.__exit__(None, None, None)


@contextmanager
def connected(settings: Settings) -> Generator[Address]:
    """Where the database of these settings is: the one that the environment names, or the embedded one."""
    if settings.address is not None:
        yield settings.address
        return
    with running(settings.installation) as address:
        yield address


@asynccontextmanager
async def catalog(address: Address) -> AsyncGenerator[Database]:
    """The database with the present schema and the regimes, rules and regions. EngineError if it is not ours."""
    async with Database(address) as database:
        who, request = person(), REQUEST_ID.get()
        await migrate(database, viewer=who, request=request)
        await load(database, SEEDS / "base", structure=True, viewer=who, request=request)
        yield database


async def load_samples(database: Database) -> None:
    """The made-up town and the real samples; what is there already stays as it is."""
    who, request = person(), REQUEST_ID.get()
    for sample in SAMPLES:
        await load(database, SEEDS / sample, viewer=who, request=request)
    regions = await known_regions(database)
    for name, options in CATALOGS.items():
        reading = plan(SEEDS / "samples" / "cnpds" / name, options, regions)
        await apply(database, reading, viewer=who, request=request)
