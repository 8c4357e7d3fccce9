"""One event of the trail, with the proof that it stands under the last checkpoint. Pages of events: `catalog`."""

from typing import Annotated, Any, LiteralString

from graph.lanes import POINT
from graph.model import RECORDS
from graph.questions import Asked, Doc, one, question
from graph.record import Given, Id
from graph.selection import Selection
from graph.statement import Composer
from graph.trail.checkpoint import Checkpoint
from graph.trail.proving import Proof, prove

ONE: LiteralString = "MATCH (n0:Event {{id: $id}}) WHERE {visible} RETURN {row} AS row"


@question("留痕 One Event by its id, with the proof that it stands in the trail.", "Event", lane=POINT)
async def event(asked: Asked, *, id: Annotated[Id, Doc("标识 The id, `Kind:key`.")]) -> Any:
    """The event's row, or None when there is none, or none that may be seen. TrailError if the trail is damaged there."""
    record = RECORDS["Event"]
    fields = asked.selection.fields("Event")
    given = [isinstance(record.fields[child.field].source, Given) for child in fields]
    stored = tuple(child for child, is_given in zip(fields, given, strict=True) if not is_given)
    selection = Selection(asked.selection.field, asked.selection.key, on={"Event": stored})

    def compose(composer: Composer) -> LiteralString:
        return ONE.format(visible=composer.visible("Event", "n0"), row=composer.record(selection, record, 0))

    columns = await asked.read(compose, id=id)
    if columns is None or not any(given):
        return columns and columns[0]
    proved = await prove(asked.database, id, asked.lane, asked.until)
    values = iter(columns[0])
    return [
        proved and PROVED[child.field](*proved, child) if is_given else next(values)
        for child, is_given in zip(fields, given, strict=True)
    ]


def inclusion(proof: Proof, _: Checkpoint, selection: Selection) -> list[Any]:
    """The row of a proof."""
    facts = {"index": proof.index, "size": proof.size, "root": proof.root, "path": proof.path}
    facts |= {"line": proof.line, "lines": proof.lines, "listPath": proof.list_path}
    return one("InclusionProof", facts)(selection)


def checkpoint(_: Proof, checkpoint: Checkpoint, selection: Selection) -> list[Any]:
    """The row of a checkpoint."""
    facts = {"number": checkpoint.number, "at": checkpoint.words["at"], "note": checkpoint.note}
    return one("Checkpoint", facts)(selection)


PROVED = {"inclusionProof": inclusion, "checkpoint": checkpoint}
