# graphql-core leaves some of its own types open.
# pyright: reportUnknownVariableType=false
"""Answers a request: planned, or by graphql-core over the same rows.

The planned path checks each row and writes it as it is. A row that does not pass, a question that fails, introspection:
then graphql-core executes the document over the named rows, so errors and null bubbling are its own.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

import msgspec
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from graphql.execution.values import VariableValues

from api.door.options import REQUEST_SECONDS
from api.plan import NEW, Plan, Planner, Root, Unanswerable
from api.request import REQUEST_ID
from api.shape import HIDDEN
from graph.changes.telling import change
from graph.database import Database
from graph.errors import BadInput, GraphError, Overloaded
from graph.lanes import PAGE, POINT, WALK
from graph.mutations import MUTATIONS
from graph.permissions import PUBLIC, Viewer
from graph.questions import MANY_VALUES, QUESTIONS, Asked, Extent, bounded, check_pages, laid_out, lane_of

log = logging.getLogger("yuanliu")
encode = msgspec.json.Encoder().encode

PRICES = {POINT: 1, PAGE: 3, WALK: 20}
"""What a question costs by its lane, about the milliseconds that it takes."""
ROWS_PER_UNIT = 100
INTROSPECTION = 50
CHANGE = 10
AT_ONCE = 4
"""How many questions of one request are asked at once."""
VALUES_OF_A_ROW = 10
"""How many values a row of a walk is taken to have, whose number nobody asked for."""
FALLBACK = 20
"""How many times as long graphql-core takes over a value as the planned path."""
SUGGESTION = " Did you mean "
MOST_SAID = 1000
"""How many characters of an error are told: it may repeat what was sent."""


class Request(msgspec.Struct, rename="camel"):
    """A GraphQL request, as the body of one says it; `document_id` is that of a persisted document."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None


class Answer(NamedTuple):
    """The body of the response, and whether the request was executed at all; `status` where the method was wrong.

    `milliseconds` of processor time were spent where the planned path does not hold.
    """

    body: bytes
    executed: bool
    status: int = 0
    milliseconds: int = 0


class Budget(Protocol):
    """What a viewer may still ask for."""

    def spend(self, price: int) -> None:
        """Pay for a request before it is executed; an exception ends it."""
        ...

    def owe(self, price: int) -> None:
        """Pay for what has been done already."""
        ...


class Prepared(NamedTuple):
    """A root field about to be asked: its argument values, how much it may bring, and the error that prevents it."""

    root: Root
    values: list[Any]
    asked: Asked | None = None
    extent: Extent = Extent(0, 0)
    error: GraphQLError | None = None
    is_change: bool = False


class Answerer:
    """Answers requests about one database. `today` tells the day in the configured time zone."""

    def __init__(
        self,
        schema: GraphQLSchema,
        database: Database,
        today: Callable[[], date],
        *,
        seconds: float = REQUEST_SECONDS,
        hides_schema: bool = False,
    ) -> None:
        self.schema = schema
        self.database = database
        self.today = today
        self.seconds = seconds
        self.hides_schema = hides_schema
        self.planner = Planner(schema)
        self.fallbacks = 0

    async def answer(
        self, request: Request, viewer: Viewer, budget: Budget | None = None, *, is_get: bool = False
    ) -> Answer:
        """Answer a request; whatever happens, the body is a GraphQL response. GET may only ask, not change.

        Overloaded when one of its questions gets no turn: then there is no answer at all. `budget` may end it, too.
        """
        until = asyncio.get_running_loop().time() + self.seconds
        kept = self.planner.made
        try:
            plan, prepared = self.planned(request, viewer, until, is_get=is_get)
        except Unanswerable as refused:
            if budget is not None:
                budget.spend(max(NEW, self.planner.made - kept))
            body = encode({"errors": [self.told(error, viewer) for error in refused.errors]})
            return Answer(body, executed=False, status=refused.status)
        if budget is not None:
            asked = sum(map(price, prepared)) + INTROSPECTION * plan.introspects
            budget.spend(max(1, asked) + self.planner.made - kept)
        if len(prepared) == 1:
            rows = [await self.row(prepared[0])]
        else:
            rows = await self.rows(prepared)
        for _, row in rows:
            if isinstance(row, Overloaded):
                raise row
        answer = await self.told_in_time(plan, request, prepared, rows)
        if budget is not None and answer.milliseconds:
            budget.owe(answer.milliseconds)
        return answer

    async def told_in_time(
        self, plan: Plan, request: Request, prepared: Sequence[Prepared], rows: list[tuple[list[Any], Any]]
    ) -> Answer:
        """The answer that rows make, in a thread where it is large; Overloaded where too many wait for one."""
        size = sum(
            max(one.extent.values, VALUES_OF_A_ROW * length(row)) for one, (_, row) in zip(prepared, rows, strict=True)
        )
        if not plan.is_planned or any(isinstance(row, GraphQLError) for _, row in rows):
            size *= FALLBACK
        if plan.introspects:
            size = max(size, MANY_VALUES)
        try:
            return await laid_out(size, self.written, plan, request, rows)
        except Overloaded:
            if not plan.is_mutation:
                raise
            return self.written(plan, request, rows)  # the change was made: it must be told

    def planned(self, request: Request, viewer: Viewer, until: float, *, is_get: bool) -> tuple[Plan, list[Prepared]]:
        """The plan of a request and its root fields; Unanswerable if it is not to be executed."""
        plan, variables = self.planner.plan(request.query or "", request.operation_name, request.variables)
        if is_get and plan.is_mutation:
            raise Unanswerable(
                [GraphQLError("Send by POST what changes something.", extensions={"code": "NotByGet"})], 405
            )
        if plan.introspects and self.hides_from(viewer):
            raise Unanswerable([GraphQLError("The schema is not told to the public.", extensions={"code": "Hidden"})])
        is_change = plan.is_mutation
        prepared = [self.prepared(root, variables, viewer, until, is_change=is_change) for root in plan.roots]
        try:
            bounded([one.extent for one in prepared])
        except BadInput as error:
            raise Unanswerable([as_graphql(error)]) from error
        return plan, prepared

    def prepared(
        self, root: Root, variables: VariableValues | None, viewer: Viewer, until: float, *, is_change: bool = False
    ) -> Prepared:
        """A root field with its values, in the lane that their numbers of rows need."""
        values: list[Any] = []
        try:
            values = root.values(variables)
            asked_for = check_pages(root.selection, values) if root.is_paged else Extent(0, root.fields)
        except (GraphError, GraphQLError) as error:
            return Prepared(root, values, error=as_graphql(error))
        lane = self.database.lanes.by_name[lane_of(POINT if is_change else QUESTIONS[root.name].lane, asked_for.rows)]
        asked = Asked(self.database, viewer, root.selection, values, self.today(), lane=lane, until=until)
        return Prepared(root, values, asked, asked_for, is_change=is_change)

    async def rows(self, prepared: Sequence[Prepared]) -> list[tuple[list[Any], Any]]:
        """The rows of several root fields: a few at a time, and of those that walk one, so that others get their turns."""
        found: list[tuple[list[Any], Any]] = [([], None)] * len(prepared)

        async def work(open_ones: Iterator[tuple[int, Prepared]]) -> None:
            for number, one in open_ones:
                found[number] = await self.row(one)

        numbered = list(enumerate(prepared))
        walks = iter([one for one in numbered if walks_far(one[1])])
        others = iter([one for one in numbered if not walks_far(one[1])])
        await asyncio.gather(work(walks), *(work(others) for _ in range(min(AT_ONCE, len(prepared)))))
        return found

    async def row(self, prepared: Prepared) -> tuple[list[Any], Any]:
        """The argument values and the row of a root field; an exception stands in the place of the row it prevents."""
        root, values, asked, _, refused, is_change = prepared
        if asked is None:
            return values, refused
        try:
            # Null for an argument stands for its default.
            arguments = {name: values[slot] for name, slot in root.selection.slots.items() if values[slot] is not None}
            if is_change:
                return values, await change(asked, MUTATIONS[root.name], arguments, REQUEST_ID.get())
            return values, await QUESTIONS[root.name].ask(asked, **arguments)
        except Overloaded as error:
            return values, error
        except (GraphError, GraphQLError) as error:
            return values, as_graphql(error)
        except Exception:
            log.exception("a question failed: %s", root.name)
            return values, GraphQLError(
                "The question failed. The log of the service says why.", extensions={"code": "Internal"}
            )

    def hides_from(self, viewer: Viewer) -> bool:
        """Whether the viewer is not told the schema: the public is not, unless the settings say so."""
        return self.hides_schema and viewer.roles <= PUBLIC.roles

    def told(self, error: GraphQLError, viewer: Viewer) -> dict[str, Any]:
        """An error as the viewer is told it; what names he may have meant says what names there are."""
        formatted: dict[str, Any] = dict(error.formatted)
        message = error.message
        if self.hides_from(viewer):
            message = message.rpartition(SUGGESTION)[0] or message
        formatted["message"] = shortened(message)
        return formatted

    def written(self, plan: Plan, request: Request, rows: list[tuple[list[Any], Any]]) -> Answer:
        """The answer that rows make; by graphql-core where the plan does not hold."""
        if plan.is_planned and (data := self.named(plan, rows)) is not None:
            return Answer(encode({"data": data}), executed=True)
        return self.fallback(plan, request, rows)

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

    def fallback(self, plan: Plan, request: Request, rows: list[tuple[list[Any], Any]]) -> Answer:
        """Execute the document by graphql-core over the rows."""
        self.fallbacks += 1
        began = time.thread_time()
        data = {
            root.selection.key: row if isinstance(row, GraphQLError) else root.rebuild(row, values)
            for root, (values, row) in zip(plan.roots, rows, strict=True)
        }
        result = execute(
            self.schema,
            plan.document.node,
            data,
            variable_values=dict(request.variables or {}),
            operation_name=request.operation_name or None,
            field_resolver=by_key,
            type_resolver=by_tag,
        )
        assert isinstance(result, ExecutionResult)  # noqa: S101  # nothing in the rows is awaitable
        formatted: dict[str, Any] = {"data": result.data}
        if result.errors:
            told = [error.formatted | {"message": shortened(error.message)} for error in result.errors]
            formatted = {"errors": told, "data": result.data}
        body = encode(formatted)
        return Answer(body, executed=True, milliseconds=round((time.thread_time() - began) * 1000))


def shortened(message: str) -> str:
    """What is told of a message."""
    return message if len(message) <= MOST_SAID else message[:MOST_SAID] + " …"


def length(row: Any) -> int:
    """How long the lists in a row are: it tells of a walk how much it found."""
    return sum(len(part) for part in row if isinstance(part, list)) if isinstance(row, list) else 0  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def walks_far(prepared: Prepared) -> bool:
    """Whether a question takes its turns among the heavy ones."""
    return prepared.asked is not None and prepared.asked.lane is not None and prepared.asked.lane.name == WALK


def price(prepared: Prepared) -> int:
    """What a question costs its viewer."""
    lane = prepared.asked.lane if prepared.asked else None
    asked = CHANGE if prepared.is_change else PRICES[lane.name] if lane else 1
    return asked + prepared.extent.rows // ROWS_PER_UNIT


def as_graphql(error: GraphError | GraphQLError) -> GraphQLError:
    """An error of the graph as one of a field."""
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), extensions={"code": error.code})


def by_key(row: Any, info: Any, **_: Any) -> Any:
    """A field's value: rows are named by response keys, so that one field may stand under two of them."""
    return row.get(info.path.key) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def by_tag(row: Any, *_: Any) -> Any:
    """The type of a row of an interface."""
    return row.get(HIDDEN) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
