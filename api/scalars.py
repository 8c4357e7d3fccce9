"""The scalars of our own: rows hold their text, arguments become what the engine compares."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from graphql import GraphQLError, GraphQLScalarType

from graph.database import instant

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text_of(scalar: str) -> Callable[[Any], str]:
    """The output coercion of a scalar whose rows hold text."""

    def coerce(value: Any) -> str:
        if isinstance(value, str):
            return value
        raise GraphQLError(f"{scalar} cannot represent value: {value!r}")

    return coerce


def parse_date(value: Any) -> date:
    """A `Date` given by the asker; GraphQLError if it is none."""
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError(f"{value!r} is no day of the calendar. Write it as YYYY-MM-DD.")


def parse_instant(value: Any) -> datetime:
    """A `DateTime` given by the asker; GraphQLError if it is none or has no offset."""
    try:
        if isinstance(value, str):
            return instant(value)
    except ValueError:
        pass
    raise GraphQLError(f"{value!r} is no instant. Write it with its offset: 2019-12-31T08:00:00+08:00.")


DATE = GraphQLScalarType(
    "Date",
    coerce_output_value=text_of("Date"),
    coerce_input_value=parse_date,
    description="日期 A day of the calendar, YYYY-MM-DD.",
)
INSTANT = GraphQLScalarType(
    "DateTime",
    coerce_output_value=text_of("DateTime"),
    coerce_input_value=parse_instant,
    description="时刻 An instant, RFC 3339 with offset.",
)
