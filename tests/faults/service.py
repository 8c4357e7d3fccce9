"""The service as a process of its own, to be killed: `python -m faults.service PORT`, the engine as the environment says.

Who asks is what the header `viewer` says: here it is not about identity, nor about the door. It signs checkpoints, and often.
"""

import os
import sys
from datetime import date
from pathlib import Path

import msgspec
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.answer import Answerer, Request
from api.schema import SCHEMA
from faults.world import PEOPLE
from graph.changes import perform
from graph.database import Address, Database
from graph.permissions import LOCAL
from graph.trail import sealing
from graph.trail.keyring import Keyring

perform.SECONDS = 4.0
sealing.PAUSE, sealing.EVERY_SECONDS = 0.2, 0.5
address = Address(os.environ["FAULTS_URI"], "neo4j", os.environ["FAULTS_PASSWORD"])


class Service:
    """Answers GraphQL requests about one database."""

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        given = msgspec.json.decode(body)
        viewer = PEOPLE[dict(scope["headers"])[b"viewer"].decode()]
        answer = await self.answerer.answer(Request(given["query"], variables=given["variables"]), viewer)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": answer.body})

    async def live(self, receive, send):
        await receive()
        ring = Keyring(Path(os.environ["FAULTS_TRAIL"]))
        async with Database(address) as database, sealing.sealing(database, ring, LOCAL):
            self.answerer = Answerer(SCHEMA, database, date.today)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    uvicorn.run(Service(), host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False)
