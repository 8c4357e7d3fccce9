"""What a change answers: the thing as it is now, read as any question reads it, or why nothing was changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_origin

from graph.catalog import noun
from graph.changes.perform import Asking, perform
from graph.errors import EngineError, GraphError, Refused
from graph.model import RECORDS
from graph.mutations import KEY, Mutation
from graph.questions import Asked, place
from graph.selection import Selection
from graph.statement import neighbour


async def change(asked: Asked, mutation: Mutation, arguments: Mapping[str, Any], request: str) -> list[Any]:
    """Perform a mutation and tell its outcome as a row: the record's name, then its asked fields.

    EngineError, and not Overloaded, where the change was made and what it made cannot be read: something was done.
    """
    given = dict(arguments)
    asking = Asking(mutation, asked.viewer, given, given.pop(KEY.name), asked.today, request)
    try:
        told = await perform(asked.database, asking)
    except Refused as refused:
        ids = [f"Rule:{rule}" for rule in refused.rules]
        facts = {"code": refused.code, "message": refused.message, "cure": refused.cure}
        return await row(asked, "Refusal", facts, ids)
    try:
        return await row(asked, mutation.answer, {"event": told.event, "at": told.at}, [told.id])
    except GraphError as error:
        raise EngineError(
            f"The change was made ({told.event}); what it is now could not be read.", "Send it again with the same key."
        ) from error


async def row(asked: Asked, name: str, facts: Mapping[str, Any], ids: list[str]) -> list[Any]:
    """The row of a record of facts, whose other fields hold the nodes with these ids, or the one node."""
    record = RECORDS[name]
    nodes: dict[int, Any] = {}
    for child in asked.selection.fields(name):
        if child.field not in facts:
            kind = record.fields[child.field].type
            ask = noun(RECORDS[neighbour(kind)])
            found = [await ask(replace(asked, selection=child), id=each) for each in ids]
            nodes[id(child)] = [each for each in found if each] if get_origin(kind) is list else found[0]

    def of(child: Selection) -> Any:
        return nodes[id(child)]

    return [name, *place(asked.selection, name, {field: facts.get(field, of) for field in record.fields})]
