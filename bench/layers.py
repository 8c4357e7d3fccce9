"""A generated lineage graph: 2M resources in 12 layers, 5M flows between them, some targets with very many sources."""

import random
from pathlib import Path

from graph.engine import Installation, bulk_import

NODES = 2_000_000
EDGES = 5_000_000
LAYERS = 12
CODE = "410200"
STEEP = 2.0
"""How uneven the targets are: the first of a layer have a thousand sources, the last one or none."""


def identity(number: int) -> str:
    """The id of a resource by its number, 1 to NODES."""
    return f"Resource:{CODE}/{number:07}"


def write(folder: Path, nodes: int = NODES, edges: int = EDGES) -> tuple[Path, Path, Path]:
    """Write the files that neo4j-admin reads: the resources, what marks the database, the flows."""
    resources, mark, flows = folder / "resources.csv", folder / "mark.csv", folder / "flows.csv"
    with resources.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.write(":ID,id,name,sortName,source,shareType,publication,madeUp:boolean,recordedAt:datetime\n")
        for number in range(1, nodes + 1):
            id, name = f"Resource:{CODE}/{number:07}", f"资源{number:07}"
            file.write(f"{number},{id},{name},{name}\u0001{id},bench,CONDITIONAL,PUBLISHED,true,2026-01-05T08:00:00Z\n")
    mark.write_text(":ID,id,version:int,purpose\n0,Catalog:yuanliu,0,bench\n", encoding="utf-8")
    with flows.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.write(":START_ID,:END_ID,since:date,until:date,recordedAt:datetime,origin,source\n")
        chance = random.Random(5).random
        size = nodes // LAYERS
        inner = size * (LAYERS - 1)
        for _ in range(edges):
            source = int(chance() * inner)
            # Some flows leave out layers; targets are uneven, and not in the order of their numbers.
            draw = chance()
            step = 1 if draw < 0.6 else 2 if draw < 0.85 else 3
            layer = min(source // size + step, LAYERS - 1)
            target = layer * size + int(chance() ** STEEP * size) * 7919 % size
            turn = chance()
            since = f"20{10 + int(turn * 15):02}-0{1 + int(turn * 90) % 9}-15" if turn < 0.8 else ""
            until = "2025-06-30" if turn < 0.05 else ""
            file.write(f"{source + 1},{target + 1},{since},{until},2026-01-05T08:00:00Z,DECLARED,bench\n")
    return resources, mark, flows


def fill(installation: Installation, folder: Path, nodes: int = NODES, edges: int = EDGES) -> None:
    """Import the graph into an empty database."""
    resources, mark, flows = write(folder, nodes, edges)
    bulk_import(
        installation,
        nodes=[f"Resource={resources}", f"Catalog={mark}"],
        relationships=[f"FLOWS_TO={flows}"],
        options=["--id-type=integer", "--skip-bad-relationships=false"],
    )
    for path in (resources, mark, flows):
        path.unlink()
