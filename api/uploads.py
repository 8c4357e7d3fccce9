"""Import over HTTP: a file is streamed to disk, checked, and imported as `yuanliu import` does, with its progress as NDJSON.

`POST /import?name=catalog.xlsx&region=410200` with the file as the body. What is wrong before the import begins is answered by
a status; then lines follow: `{"progress": …}`, and last `{"report": …}` or `{"error": …}`.
"""

import asyncio
import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.door.rate import RateLimited, Rates, retry_after
from api.identity import Identify, Still
from api.identity.denials import Denials
from api.identity.errors import NotIdentified
from api.request import DEPARTMENT, REQUEST_ID
from api.settings import Settings
from graph.changes.importing import admit, permit
from graph.database import Database, Runner
from graph.errors import EngineError, GraphError, Refused
from graph.imports import Allow, Limits, Options, Reading, apply, known_regions, plan
from graph.imports.present import Fit
from graph.imports.records import Records
from graph.lanes import PAGE
from graph.permissions import PUBLIC, Viewer
from graph.words import RefusalCode

log = logging.getLogger("yuanliu")

LIMITS = Limits()
AT_ONCE = 2
"""How many files this process receives and imports at once."""
RECEIVING_SECONDS = 600.0
"""How long a file may take to come, however much of it came."""
PRICE, REFUSED_PRICE = 1000, 100
"""Of an upload that is read, and of one that is refused before, in the units of `api.door.rate`."""
LONGEST_NAME = 240
"""In bytes, as the file system counts."""
FORGOTTEN_SECONDS = 24 * 3600
"""A file that has waited so long was left by a service that was killed."""
Said: TypeAlias = asyncio.Queue[dict[str, Any] | None]
"""What is told of an import while it goes on; None ends it."""
FLAGS = {"true": True, "false": False}
SAID = {"name", "source", "region", "map", "complete", "dryRun"}


INTERNAL = {"code": "Internal", "message": "The import failed.", "cure": "The log of the service says why."}


class NotTaken(Exception):
    """An upload that is not imported: the status, and what is told of it."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__(told["message"])
        self.status = status
        self.told = told

    @classmethod
    def because(cls, status: int, code: str, message: str, cure: str, **more: Any) -> "NotTaken":
        """What is wrong with an upload, and the cure."""
        return cls(status, {"code": code, "message": message, "cure": cure, **more})


class Uploads:
    """The endpoint `/import`. Files wait in a folder of their own below the home while they are imported."""

    def __init__(
        self,
        database: Database,
        identify: Identify,
        still: Still,
        settings: Settings,
        rates: Rates,
        limits: Limits = LIMITS,
    ) -> None:
        self.database = database
        self.rates = rates
        self.denials = Denials(database)
        self.lane = database.lanes.by_name[PAGE]
        self.identify = identify
        self.still = still
        self.settings = settings
        self.limits = limits
        self.folder = settings.home / "uploads"
        self.under_way: set[str] = set()
        """The subjects whose files are received or imported: one file each."""

    async def answer(self, request: Request) -> Response:
        """Answer one upload."""
        try:
            response = await self.respond(request)
        except NotIdentified as refused:
            response = JSONResponse({"error": refused.as_json()}, refused.status, refused.headers)
            if bucket := self.rates.of(PUBLIC, request.scope.get("client")):
                with contextlib.suppress(RateLimited):
                    bucket.spend(REFUSED_PRICE)
        except RateLimited as refused:
            headers = {"retry-after": retry_after(refused.seconds).decode()}
            response = JSONResponse({"error": refused.as_json()}, 429, headers)
        except NotTaken as refused:
            headers = {"retry-after": "5"} if refused.status == 503 else None  # noqa: PLR2004
            response = JSONResponse({"error": refused.told}, refused.status, headers)
        return response

    async def respond(self, request: Request) -> Response:
        """The response to an upload; NotIdentified or NotTaken before its import begins."""
        viewer = await self.identify(request.scope)
        DEPARTMENT.set(viewer.department)
        bucket = self.rates.of(viewer, request.scope.get("client"))
        if bucket:
            bucket.spend(REFUSED_PRICE)
        if not viewer.subject:
            raise NotTaken.because(
                403, RefusalCode.NOT_ALLOWED, "The public imports nothing.", "Say who you are: send an access token."
            )
        name, options = self.asked(request.query_params)
        if int(request.headers.get("content-length", "0")) > self.limits.file_bytes:
            raise self.too_long()
        async with self.asking(viewer):
            acting = await admit(self.database, viewer, self.settings.today())
        if len(self.under_way) >= AT_ONCE or viewer.subject in self.under_way:
            whose = "Your other file is" if viewer.subject in self.under_way else "Other files are"
            raise NotTaken.because(503, "Overloaded", f"{whose} being imported.", "Send it again in a moment.")
        if bucket:
            bucket.owe(PRICE - REFUSED_PRICE)  # the rest of what this request was already admitted for
        self.under_way.add(viewer.subject)
        folder = None
        try:
            folder = await asyncio.to_thread(self.place)
            reading = await self.read(request, folder / name, options)
            await self.still(request.scope)  # he may have been revoked while the file came
            allow = await self.check(request, reading, viewer, acting)
        except OSError as error:
            await asyncio.to_thread(self.leave, viewer, folder)
            raise NotTaken.because(507, "NoSpace", "The file cannot be kept.", "Tell who runs the service.") from error
        except BaseException:
            await asyncio.to_thread(self.leave, viewer, folder)
            raise
        said: Said = asyncio.Queue()
        work = asyncio.ensure_future(self.database.shielded(self.imported(reading, folder, said, acting, allow)))
        return StreamingResponse(lines(said, work), media_type="application/x-ndjson")

    def asked(self, query: QueryParams) -> tuple[str, Options]:
        """The name of the file and the options in a query string; NotTaken if they cannot be read."""
        unknown = set(query) - SAID
        name = query.get("name", "")
        if (
            unknown
            or not name
            or not name.isprintable()
            or name != Path(name).name
            or name == ".."
            or len(name.encode()) > LONGEST_NAME
        ):
            said = f"no option {', '.join(sorted(unknown))}" if unknown else "no name of a file"
            raise NotTaken.because(
                400, "BadInput", f"There is {said}.", f"Say `name`; further options are {', '.join(sorted(SAID))}."
            )
        mapping: dict[str, str] = {}
        for pair in query.getlist("map"):
            header, found, field = pair.rpartition("=")
            if not found:
                raise NotTaken.because(400, "BadInput", f"map={pair} says no field.", "Write it as map=HEADER=field.")
            mapping[header] = field
        flags = {flag: FLAGS.get(query.get(flag, "false")) for flag in ("complete", "dryRun")}
        if None in flags.values():
            raise NotTaken.because(400, "BadInput", "complete and dryRun are true or false.", "Say one of them.")
        return name, Options(
            source=query.get("source") or None,
            region=query.get("region") or None,
            mapping=mapping,
            complete=bool(flags["complete"]),
            dry_run=bool(flags["dryRun"]),
            zone=self.settings.zone.key,
            limits=self.limits,
        )

    def place(self) -> Path:
        """A new folder for one file; folders that were forgotten are removed."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            with contextlib.suppress(OSError):
                if old.stat().st_mtime < time.time() - FORGOTTEN_SECONDS:
                    shutil.rmtree(old)
        return Path(tempfile.mkdtemp(dir=self.folder))

    def leave(self, viewer: Viewer, folder: Path | None) -> None:
        """Remove the folder of a file that is done with."""
        self.under_way.discard(viewer.subject)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    async def read(self, request: Request, path: Path, options: Options) -> Reading:
        """Write the body to disk as it comes, and understand it; NotTaken if it is too long or cannot be imported."""
        length = 0
        try:
            with path.open("wb") as file:
                async with asyncio.timeout(RECEIVING_SECONDS):
                    async for part in request.stream():
                        length += len(part)
                        if length > self.limits.file_bytes:
                            raise self.too_long()
                        file.write(part)
        except ClientDisconnect as gone:
            raise NotTaken.because(400, "BadInput", "The file was cut off.", "Send it again.") from gone
        except TimeoutError as late:
            raise NotTaken.because(
                408, "TooSlow", "The file takes too long to come.", "Compress it with gzip."
            ) from late
        async with self.asking():
            regions = await known_regions(self.database)
        try:
            reading = await asyncio.to_thread(plan, path, options, regions)
        except GraphError as error:
            raise NotTaken(422, error.as_json()) from error
        # Who may import it is decided by the region: a dry run, too, must know it.
        if reading.questions and (not options.dry_run or not reading.region):
            asked = [{"about": q.about, "text": q.text, "option": q.option} for q in reading.questions]
            raise NotTaken.because(
                422, "Asked", "Something must be said first.", "Answer the questions.", questions=asked
            )
        return reading

    def too_long(self) -> NotTaken:
        """The refusal of a file that is too long."""
        limit = f"The file is longer than {self.limits.file_bytes} bytes."
        return NotTaken.because(413, "TooLong", limit, "Split it, or compress it with gzip.")

    async def check(self, request: Request, reading: Reading, viewer: Viewer, acting: Viewer) -> Allow:
        """What the import asks again under its locks; NotTaken, 403, if the viewer may not import the file.

        `acting` is the viewer with the roles in force, as the event of a denial has him.
        """
        async with self.asking(acting, f"Region:{reading.region}"):
            allow = await permit(self.database, viewer, reading, self.settings.today())

        async def allowed(run: Runner, records: Records) -> Fit:
            await self.still(request.scope)  # the locks may have been waited for
            return await allow(run, records)

        return allowed

    @contextlib.asynccontextmanager
    async def asking(self, viewer: Viewer = PUBLIC, target: str = "") -> AsyncGenerator[None]:
        """A turn to ask the database; NotTaken where it refuses the viewer, which is recorded, or does not answer."""
        try:
            async with self.lane.taken():
                yield
        except EngineError as error:
            raise NotTaken(503, error.as_json()) from error
        except Refused as refused:
            self.denials.add(f"import: {refused.code}", viewer, target)
            raise NotTaken(403, refused.as_json()) from refused

    async def imported(self, reading: Reading, folder: Path, said: Said, viewer: Viewer, allow: Allow) -> None:
        """Import the file, telling its progress and its end; it goes on although the client is gone."""

        def progress(done: int, total: int) -> None:
            said.put_nowait({"progress": {"done": done, "total": total}})

        try:
            report = await apply(self.database, reading, progress, viewer=viewer, request=REQUEST_ID.get(), allow=allow)
            # Where files stand on our disk is nobody's business.
            end = {"report": report.as_json() | {"file": reading.path.name, "rejectedFile": None}}
        except GraphError as error:
            if isinstance(error, Refused):
                self.denials.add(f"import: {error.code}", viewer, f"Region:{reading.region}")
            end = {"error": error.as_json()}
        except Exception:
            log.exception("an import failed")
            end = {"error": INTERNAL}
        await asyncio.to_thread(self.leave, viewer, folder)
        said.put_nowait(end)
        said.put_nowait(None)


async def lines(said: Said, work: asyncio.Future[None]) -> AsyncGenerator[bytes]:
    """The progress of an import, and its end."""
    while (line := await said.get()) is not None:
        yield msgspec.json.encode(line) + b"\n"
    await work
