"""What every Python server of the benchmark has in common: uvicorn on a free loopback port that it tells the parent."""

import os
import socket

import neo4j
import uvicorn
from neo4j import AsyncDriver, AsyncGraphDatabase, NotificationMinimumSeverity


def bound() -> socket.socket:
    """A socket that listens on a free port, which the parent is told: it may call before the application has started."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    print(listening.getsockname()[1], flush=True)
    return listening


def run(app: object) -> None:
    """Serve until the parent ends this process."""
    config = uvicorn.Config(app, access_log=False, log_level="warning", loop="uvloop")  # type: ignore[arg-type]
    uvicorn.Server(config).run([bound()])


def connected() -> AsyncDriver:
    """A driver for the database of the benchmark."""
    return AsyncGraphDatabase.driver(
        os.environ["NEO4J_URI"],
        auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"]),
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        telemetry_disabled=True,
    )


READ = neo4j.READ_ACCESS
