"""What every Python server of the benchmark has in common: uvicorn on a free loopback port that it tells the parent."""

import os

import neo4j
import uvicorn
from neo4j import AsyncDriver, AsyncGraphDatabase, NotificationMinimumSeverity


def run(app: object) -> None:
    """Serve until the parent ends this process."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="warning", loop="uvloop")  # type: ignore[arg-type]
    listening = config.bind_socket()
    listening.listen(128)  # so that the parent may call before the application has started
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listening])


def connected() -> AsyncDriver:
    """A driver for the database of the benchmark."""
    return AsyncGraphDatabase.driver(
        os.environ["NEO4J_URI"],
        auth=(os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"]),
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        telemetry_disabled=True,
    )


READ = neo4j.READ_ACCESS
