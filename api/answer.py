# graphql-core leaves some of its own types open.
# pyright: reportUnknownVariableType=false
"""Answers a request: planned, or by graphql-core over the same rows.

The planned path checks each row and writes it as it is. A row that does not pass, a question that fails, introspection:
then graphql-core executes the document over the named rows, so errors and null bubbling are its own.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from graphql.execution.values import VariableValues

from api.plan import Plan, Planner, Refused, Root
from api.shape import HIDDEN
from graph.changes.telling import change
from graph.database import Database
from graph.errors import GraphError
from graph.mutations import MUTATIONS
from graph.permissions import Viewer
from graph.questions import QUESTIONS, Asked, check_pages

log = logging.getLogger("yuanliu")
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL request; one that came by GET may change nothing."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    may_change: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of the response, whether the request was executed at all, and if not, whether another method would do."""

    body: bytes
    executed: bool
    is_misplaced: bool = False


class Answerer:
    """Answers requests about one database. `today` tells the day in the configured time zone."""

    def __init__(self, schema: GraphQLSchema, database: Database, today: Callable[[], date]) -> None:
        self.schema = schema
        self.database = database
        self.today = today
        self.planner = Planner(schema)
        self.fallbacks = 0

    async def answer(self, request: Request, viewer: Viewer) -> Answer:
        """Answer a request; whatever happens, the body is a GraphQL response."""
        try:
            plan, variables = self.planner.plan(request.query, request.operation_name, request.variables)
        except Refused as refused:
            return Answer(encode({"errors": [error.formatted for error in refused.errors]}), executed=False)
        if plan.is_mutation and not request.may_change:
            error = GraphQLError("What is fetched changes nothing. Send a mutation by POST.")
            return Answer(encode({"errors": [error.formatted]}), executed=False, is_misplaced=True)
        if len(plan.roots) == 1:
            rows = [await self.row(plan.roots[0], variables, viewer, is_change=plan.is_mutation)]
        else:
            rows = await asyncio.gather(*(self.row(root, variables, viewer) for root in plan.roots))
        if plan.is_planned and (data := self.named(plan, rows)) is not None:
            return Answer(encode({"data": data}), executed=True)
        return await self.fallback(plan, request, rows)

    async def row(
        self, root: Root, variables: VariableValues | None, viewer: Viewer, *, is_change: bool = False
    ) -> tuple[list[Any], Any]:
        """The argument values and the row of a root field; an exception stands in the place of the row it prevents."""
        values: list[Any] = []
        try:
            values = root.values(variables)
            check_pages(root.selection, values)
            asked = Asked(self.database, viewer, root.selection, values, self.today())
            # Null for an argument stands for its default.
            arguments = {name: values[slot] for name, slot in root.selection.slots.items() if values[slot] is not None}
            if is_change:
                return values, await change(asked, MUTATIONS[root.name], arguments, "")
            return values, await QUESTIONS[root.name].ask(asked, **arguments)
        except GraphError as error:
            return values, GraphQLError(str(error), extensions={"code": type(error).__name__})
        except GraphQLError as error:
            return values, error
        except Exception:
            log.exception("a question failed: %s", root.name)
            return values, GraphQLError(
                "The question failed. The log of the service says why.", extensions={"code": "Internal"}
            )

    def named(self, plan: Plan, rows: list[tuple[list[Any], Any]]) -> dict[str, Any] | None:
        """The data of a planned answer, or None if a row is not what the schema promises."""
        data: dict[str, Any] = {}
        try:
            for root, (values, row) in zip(plan.roots, rows, strict=True):
                root.check(row)
                data[root.selection.key] = root.build(row, values)
        except msgspec.ValidationError as error:
            if not any(isinstance(row, GraphQLError) for _, row in rows):
                log.warning("a row is not what the schema promises: %s", error)
            return None
        if not plan.typenames:
            return data
        data |= dict.fromkeys(plan.typenames, "Mutation" if plan.is_mutation else "Query")
        return {key: data[key] for key in plan.order}

    async def fallback(self, plan: Plan, request: Request, rows: list[tuple[list[Any], Any]]) -> Answer:
        """Execute the document by graphql-core over the rows."""
        self.fallbacks += 1
        data = {
            root.selection.key: row if isinstance(row, GraphQLError) else root.rebuild(row, values)
            for root, (values, row) in zip(plan.roots, rows, strict=True)
        }
        result = execute(
            self.schema,
            plan.document.node,
            data,
            variable_values=dict(request.variables or {}),
            operation_name=request.operation_name,
            field_resolver=by_key,
            type_resolver=by_tag,
        )
        assert isinstance(result, ExecutionResult)  # noqa: S101  # nothing in the rows is awaitable
        formatted: dict[str, Any] = {"data": result.data}
        if result.errors:
            formatted = {"errors": [error.formatted for error in result.errors], "data": result.data}
        return Answer(encode(formatted), executed=True)


def by_key(row: Any, info: Any, **_: Any) -> Any:
    """A field's value: rows are named by response keys, so that one field may stand under two of them."""
    return row.get(info.path.key) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def by_tag(row: Any, *_: Any) -> Any:
    """The type of a row of an interface."""
    return row.get(HIDDEN) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
