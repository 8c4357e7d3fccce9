"""What is known of the request under way, wherever the code stands: for logs, and for what it leaves in the trail."""

import itertools
import secrets
from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""The id of the request, as the answer carries it in `x-request-id`, or of the command; empty outside of one."""
DEPARTMENT: ContextVar[str] = ContextVar("DEPARTMENT", default="")
"""The department of the viewer; empty for the public, and before it is known."""

_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count(1)


def begin_request() -> str:
    """Begin a request: its id, which no other has, stands in REQUEST_ID from here on, and no department is known."""
    identity = f"{_PROCESS}-{next(_NUMBERS):x}"
    REQUEST_ID.set(identity)
    DEPARTMENT.set("")
    return identity
