"""`yuanliu serve`: the service."""

import asyncio
import signal
import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from api.app import LOOPBACK, create_app
from api.cli.console import catalog, connected, load_samples, output
from api.settings import Settings
from graph.database import Address
from graph.errors import BadInput, EngineError


def serve(
    host: Annotated[
        str, typer.Option(help="地址 Address to bind; loopback only until there are identities.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 Port; 0 takes a free one.")] = 8000,
    sample: Annotated[bool, typer.Option("--sample", help="示例 Load the made-up town and the samples.")] = False,
) -> None:
    """Serve GraphQL at /graphql, with GraphiQL in a browser."""
    if host not in LOOPBACK:
        raise BadInput(
            f"{host} is not a loopback address, and the service cannot tell who asks yet.",
            f"Bind one of {', '.join(LOOPBACK)}.",
        )
    settings = Settings.read()
    with listening(host, port) as bound, connected(settings) as address:
        asyncio.run(prepared(address, sample=sample))
        where = bound.getsockname()
        output.print(f"源流 http://{where[0]}:{where[1]}/graphql  (Ctrl-C 停止)", highlight=False)
        config = uvicorn.Config(create_app(settings, address), log_level="warning", access_log=False)
        # uvicorn lets requests finish, then raises the signal again; both are an ordinary end.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([bound])


async def prepared(address: Address, *, sample: bool) -> None:
    """Bring the database to the present schema and seeds."""
    async with catalog(address) as database:
        if sample:
            await load_samples(database)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; EngineError if it is in use."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        raise EngineError(
            f"Port {port} cannot be used: {error.strerror}.", "Choose another with --port, or 0."
        ) from error
    return bound
