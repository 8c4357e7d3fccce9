"""`yuanliu serve`: the service."""

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer

from api.app import create_app
from api.cli.console import catalog, connected, errors, load_samples, output
from api.door import logs, metrics
from api.door.options import Door
from api.door.server import DoorServer, listening
from api.identity.local import person
from api.identity.settings import LOOPBACK
from api.request import REQUEST_ID
from api.settings import Settings
from graph.database import Address, Database
from graph.errors import BadInput, EngineError, GraphError
from graph.trail.keyring import Keyring
from graph.trail.sealing import seal
from graph.trail.settings import record_settings


def serve(
    host: Annotated[
        str, typer.Option(help="地址 Address to bind; loopback only where no identity provider says who asks.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 Port; 0 takes a free one.")] = 8000,
    sample: Annotated[bool, typer.Option("--sample", help="示例 Load the made-up town and the samples.")] = False,
) -> None:
    """Serve GraphQL at /graphql, with GraphiQL in a browser."""
    settings = Settings.read()
    if settings.providers is None and host not in LOOPBACK:
        raise BadInput(
            f"{host} is not a loopback address, and no identity provider says who asks.",
            f"Bind one of {', '.join(LOOPBACK)}, or name a provider with YUANLIU_IDENTITY (docs/identity.md).",
        )
    with bound(host, port) as listener, connected(settings) as address, measured(settings.door):
        where = listener.getsockname()
        url = f"http://{where[0]}:{where[1]}"
        asyncio.run(prepared(settings, address, host, port, sample=sample))
        REQUEST_ID.set("")  # from here on there are the requests of clients
        output.print(f"源流 {url}/graphql  (Ctrl-C 停止)", highlight=False)

        def say(path: str) -> None:
            output.print(f"管理员 as administrator, once: {url}{path}", highlight=False, soft_wrap=True)

        logs.configure()
        app = create_app(settings, address, say)
        server = DoorServer(app, door=settings.door, stopping=app.stop)
        # uvicorn lets requests finish, then raises the signal again; both are an ordinary end.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run([listener])
        asyncio.run(sealed(settings, address))


async def prepared(settings: Settings, address: Address, host: str, port: int, *, sample: bool) -> None:
    """Bring the database to the present schema and seeds; settings other than before are an event."""
    async with catalog(address) as database:
        if sample:
            await load_samples(database)
        told = settings.told() | {"host": host, "port": port}
        await record_settings(database, person(), settings.place, told, request=REQUEST_ID.get())


async def sealed(settings: Settings, address: Address) -> None:
    """Sign what came since the last checkpoint; if that fails, the next start does."""
    try:
        async with Database(address) as database:
            await seal(database, Keyring(settings.trail), person(), "")
    except GraphError as error:
        errors.print(f"没有检查点 No last checkpoint was written: {error.message}", highlight=False)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; EngineError if it is in use."""
    try:
        return listening(host, port)
    except OSError as error:
        raise EngineError(
            f"Port {port} cannot be used: {error.strerror}.", "Choose another with --port, or 0."
        ) from error


@contextmanager
def measured(door: Door) -> Generator[None]:
    """With the metrics on a listener of their own, if one is set; EngineError if its address is in use."""
    if door.metrics is None:
        yield
        return
    try:
        server = metrics.listen(*door.metrics)
    except OSError as error:
        raise EngineError(
            f"The metrics cannot listen: {error.strerror}.", "Set YUANLIU_METRICS to another address."
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
