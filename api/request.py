"""What is known of the HTTP request under way, wherever the code stands: for logs, and for what a request leaves behind."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""The id of the request, as the answer carries it in `x-request-id`; empty outside of one."""
DEPARTMENT: ContextVar[str] = ContextVar("DEPARTMENT", default="")
"""The department of the viewer; empty for the public, and before it is known."""
