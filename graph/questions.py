"""What a question is: a function with typed arguments, declared where its Cypher stands.

Everything that the outside needs to know about a question (its name, arguments, answer and docs) is read from here, so a
question is written once.
"""

import asyncio
import inspect
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, LiteralString, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from graph.database import READ_SECONDS, Database, too_slow
from graph.errors import BadInput
from graph.lanes import PAGE, POINT, WALK, Lane
from graph.model import RECORD_TYPES
from graph.permissions import Viewer
from graph.selection import FIELD_BYTES, Selection, skeletons
from graph.sight import Sight, sight_of
from graph.statement import MAX_PAGE, Binds, Composer, bind

MAX_ROWS = 100_000
MAX_VALUES = 2_000_000
MANY_ROWS = 2_000
"""From here on one thing with its lists counts as a list."""
VERY_MANY_ROWS = 20_000
"""From here on a list counts as heavy."""
MANY_VALUES = 20_000
"""From here on an answer is laid out in a thread: it takes more than a millisecond."""

LAYING_LANE = Lane("lay-out", 2, 32, 10.0)
"""Large answers are laid out by as many at once; more would only keep each other from it."""
LAYING_OUT = ThreadPoolExecutor(LAYING_LANE.most, LAYING_LANE.name)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Doc:
    """The doc of an argument; starts with the Chinese term."""

    text: str


class Page:
    """Marks an answer that is a page of `record`."""

    def __init__(self, record: str) -> None:
        self.record = record


@dataclass(frozen=True, slots=True)
class Fields:
    """An argument that gives some fields of a record: what is left out is not spoken of, null says that there is none."""

    name: str
    record: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a question: name, Python type (or `Fields`), doc, and the default (`...` where there is none)."""

    name: str
    type: Any
    doc: str
    default: Any


@dataclass(frozen=True, slots=True)
class Question:
    """A question: `answer` is the name of a record, or a Page of one; `ask` answers with a row as `selection` lays it out.

    `lane` says with which others it shares the engine.
    """

    name: str
    doc: str
    answer: str | Page
    required: bool
    arguments: tuple[Argument, ...]
    ask: Callable[..., Awaitable[Any]]
    lane: str = WALK


QUESTIONS: dict[str, Question] = {}


@dataclass(slots=True)
class Asked:
    """One question as it was asked: by whom, of which database, for which fields, with which values, on which day.

    All its statements are asked with one sight of the viewer, worked out by the first. It takes its turns in
    `lane`, and must be answered at `until`, in the time of the event loop.
    """

    database: Database
    viewer: Viewer
    selection: Selection
    values: Sequence[Any]
    today: date
    sight: Sight | None = None
    lane: Lane | None = None
    until: float = math.inf

    async def see(self) -> Sight:
        """What the viewer sees; TooSlow if it is not worked out in time."""
        if self.sight is None:
            try:
                async with asyncio.timeout_at(None if math.isinf(self.until) else self.until):
                    self.sight = await sight_of(self.database, self.viewer, self.today)
            except TimeoutError as error:
                raise too_slow() from error
        return self.sight

    async def read(
        self,
        compose: Callable[[Composer], LiteralString],
        *,
        variant: Any = None,
        on: date | None = None,
        known_at: datetime | None = None,
        seconds: float = READ_SECONDS,
        **parameters: Any,
    ) -> list[Any] | None:
        """Compose the statement (once for each shape of the values and `variant`) and return the columns of its record."""
        sight = await self.see()
        dated, known = on is not None, known_at is not None
        key = (self.selection, variant, dated, known, sight.shape, skeletons(self.values))
        composed = COMPOSED.get(key)
        if composed is None:
            composer = Composer(self.values, sight.shape, dated=dated, known=known)
            composed = compose(composer), composer.binds
            COMPOSED.put(key, composed, FIELD_BYTES * self.selection.size() + 16 * len(self.values))
        statement, binds = composed
        bound = bind(binds, self.values) | parameters
        bound["on"] = on or self.today
        bound["viewer"] = sight.parameters
        # The engine tells two equal instants in different zones apart; it keeps all its own in UTC.
        bound["knownAt"] = known_at and known_at.astimezone(UTC)
        return await self.database.read(statement, bound, seconds, self.lane, self.until)


class Statements:
    """The statements composed lately, and for which values: as many as fit into `most` bytes of memory, more or less."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.kept: OrderedDict[Any, tuple[tuple[LiteralString, Binds], int]] = OrderedDict()

    def get(self, key: Any) -> tuple[LiteralString, Binds] | None:
        """The statement for a key."""
        found = self.kept.get(key)
        if found is None:
            return None
        self.kept.move_to_end(key)
        return found[0]

    def put(self, key: Any, composed: tuple[LiteralString, Binds], held: int) -> None:
        """Keep a statement, whose key holds so many bytes, and forget those not used for longest."""
        statement, binds = composed
        size = 1000 + len(statement) + 600 * len(binds) + held
        self.kept[key] = composed, size
        self.size += size
        while self.size > self.most:
            self.size -= self.kept.popitem(last=False)[1][1]


COMPOSED = Statements(100_000_000)


async def laid_out(size: int, work: Callable[..., Result], *given: Any) -> Result:
    """The result of work on so many values: on many in a thread, so that other requests get their turns meanwhile.

    Overloaded when too many wait for a thread.
    """
    if size < MANY_VALUES:
        return work(*given)
    async with LAYING_LANE.taken():
        return await asyncio.get_running_loop().run_in_executor(LAYING_OUT, partial(copy_context().run, work, *given))


def question(
    doc: str, answer: str | Page, *, name: str = "", required: bool = False, lane: str = WALK
) -> Callable[..., Any]:
    """Declare a function as a question; its keyword arguments are annotated with types and `Doc`."""

    def declare(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        register(Question(name or ask.__name__, doc, answer, required, arguments_of(ask), ask, lane))
        return ask

    return declare


def arguments_of(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """The arguments of a question or a mutation: the keyword-only ones, annotated with type and `Doc` (and `Fields`)."""
    hints = get_type_hints(function, include_extras=True, localns=RECORD_TYPES)
    found: list[Argument] = []
    for parameter in inspect.signature(function).parameters.values():
        hint = hints[parameter.name]
        if parameter.kind is parameter.KEYWORD_ONLY and get_origin(hint) is Annotated:
            kind, text, *fields = get_args(hint)
            default = ... if parameter.default is parameter.empty else parameter.default
            found.append(Argument(parameter.name, fields[0] if fields else kind, text.text, default))
    return tuple(found)


def register(asked: Question) -> None:
    """Make a question known; ValueError if the name is taken."""
    if asked.name in QUESTIONS:
        raise ValueError(f"there is a question {asked.name} already")
    QUESTIONS[asked.name] = asked


PAGED = ("first", "last")
"""The arguments that bound a page."""

PAGE_ARGUMENTS = (
    Argument("first", int | None, "前几条 How many from the start.", 20),
    Argument("after", str | None, "起始游标 The cursor to start after.", None),
    Argument("last", int | None, "后几条 How many from the end, instead of `first`.", None),
    Argument("before", str | None, "截止游标 The cursor to end before.", None),
)


class Extent(NamedTuple):
    """How many rows of pages an answer may bring, and how many values in all of them."""

    rows: int
    values: int


def check_pages(selection: Selection, values: Sequence[Any]) -> Extent:
    """How much may come; BadInput for a list of fewer than 0 or over 1,000 rows, or for too much in all."""
    return bounded([extent(selection, values)])


def bounded(extents: Sequence[Extent]) -> Extent:
    """The sum of what may come; BadInput if it is more than 100,000 rows or 2,000,000 values."""
    rows, values = sum(each.rows for each in extents), sum(each.values for each in extents)
    if rows > MAX_ROWS:
        raise BadInput(f"The question asks for up to {rows} rows.", f"Ask for smaller pages, {MAX_ROWS} rows in all.")
    if values > MAX_VALUES:
        raise BadInput(f"The question asks for up to {values} values.", "Ask for smaller pages, or fewer fields.")
    return Extent(rows, values)


def lane_of(lane: str, rows: int) -> str:
    """The lane of what is asked in `lane`, and may bring so many rows."""
    if rows >= VERY_MANY_ROWS:
        return WALK
    return PAGE if rows >= MANY_ROWS and lane == POINT else lane


def extent(selection: Selection, values: Sequence[Any]) -> Extent:
    """How much a selection may bring: pages inside pages are multiplied; BadInput for a bad page."""
    if not selection.on:
        return Extent(0, 1)
    size = 1
    for name in (*PAGED, "nodes"):
        slot = selection.slots.get(name)
        number = values[slot] if slot is not None else None
        if number is not None:
            size = max(0, number)
            if name != "nodes" and not 0 <= number <= MAX_PAGE:
                raise BadInput(f"`{name}` is {number}.", f"Ask for 0 to {MAX_PAGE} rows at a time.")
    bounds = [values[selection.slots[name]] for name in PAGED if name in selection.slots]
    if bounds and bounds == [None] * len(bounds):
        raise BadInput("The list is given neither `first` nor `last`.", "Say how many rows are wanted.")
    rows = held = 0
    for asked in selection.on.values():
        inside = [extent(child, values) for child in asked]
        rows = max(rows, sum(each.rows for each in inside))
        held = max(held, sum(each.values for each in inside))
    return Extent(size * rows + (size if bounds else 0), size * held + 1)


Put = Callable[[Selection], Any]
"""What a selection makes of a value that is at hand: the value laid out as the selection asks."""


def each(record: str, rows: Sequence[Mapping[str, Any]]) -> Put:
    """Lays out a list of computed records."""
    return lambda selection: [place(selection, record, row) for row in rows]


def columns(record: str, count: int, fields: Mapping[str, Any]) -> Put:
    """Lays out a list of `count` computed records that are at hand by columns: for each field a list, or a Put of one."""

    def put(selection: Selection) -> list[Any]:
        asked = [(child, fields[child.field]) for child in selection.fields(record)]
        found = [value(child) if callable(value) else value for child, value in asked]
        return [list(row) for row in zip(*found, strict=True)] if found else [[] for _ in range(count)]

    return put


def one(record: str, row: Mapping[str, Any]) -> Put:
    """Lays out a computed record."""
    return lambda selection: place(selection, record, row)


def place(selection: Selection, record: str, fields: Mapping[str, Any]) -> list[Any]:
    """The row of a computed record: for each asked field its value, or what a function makes of the field's selection."""
    row: list[Any] = []
    for child in selection.fields(record):
        value = fields[child.field]
        row.append(value(child) if callable(value) else value)
    return row
