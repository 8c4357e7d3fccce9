"""A small trail on a real store: two departments and the system, three checkpoints, and two events that none covers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.database import Database
from graph.permissions import LOCAL, Viewer
from graph.trail.export import export
from graph.trail.findings import Findings
from graph.trail.keyring import Keyring
from graph.trail.log import Entry, record_alone
from graph.trail.sealing import seal
from graph.trail.verify import verify
from graph.words import Action, Role

ALICE = Viewer("idp|alice", frozenset({Role.CATALOG_OFFICER}), "Department:410299/县民政局", "Region:410299")
BOB = Viewer("idp|bob", frozenset({Role.CATALOG_OFFICER}), "Department:410299/县公安局", "Region:410299", "client")


def entry(number: int, action: Action = Action.DESCRIBE) -> Entry:
    return Entry(action, [f"Resource:410299/R{number}"], {"name": "旧"}, {"name": f"新{number}", "count": number})


@dataclass
class Trail:
    """A trail, and what an auditor does with it."""

    database: Database
    ring: Keyring
    folder: Path

    async def append(self, viewer: Viewer, *numbers: int) -> list[str]:
        ids = []
        for number in numbers:
            ids += await record_alone(self.database, viewer, [entry(number)], request=f"request-{number}")
        return ids

    async def seal(self, why=None):
        return await seal(self.database, self.ring, LOCAL, "", why)

    async def export(self) -> Path:
        """A new export."""
        target = self.folder / f"export-{len(list(self.folder.glob('export-*')))}"
        await export(self.database, self.ring, target)
        return target

    async def verify(self, witnessed=()) -> Findings:
        """What an auditor finds who has nothing but an export made now, and the first public key."""
        return verify(await self.export(), self.ring.public()[:1], witnessed)

    async def run(self, statement, **parameters):
        return await self.database.run(statement, **parameters)


@pytest.fixture
def bare(empty_database, tmp_path) -> Trail:
    return Trail(empty_database, Keyring(tmp_path / "trail"), tmp_path)


@pytest.fixture
async def trail(bare) -> Trail:
    await bare.append(ALICE, 1, 2, 3)
    await bare.seal()
    await bare.append(BOB, 4, 5)
    await bare.append(ALICE, 6, 7)
    await bare.seal()
    await bare.append(LOCAL, 8)
    await bare.append(BOB, 9, 10)
    await bare.seal()
    await bare.append(ALICE, 11)
    await bare.append(BOB, 12)
    return bare
