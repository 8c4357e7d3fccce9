"""A server in a process of its own, over the database that the environment names, until it is told to end."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from serving import app_of

from api.door import logs
from api.door.options import Door
from api.door.server import DoorServer, listening
from graph.database import Address

if __name__ == "__main__":
    address = Address(os.environ["NEO4J_URI"], os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
    door = Door(drain=float(sys.argv[2]))
    app = app_of(address, door, Path(sys.argv[1]))
    logs.configure()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with listening("127.0.0.1", 0) as bound, suppress(KeyboardInterrupt):
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()
        DoorServer(app, door=door, stopping=app.stop).run([bound])
    sys.stdout.write("ended\n")
