"""Who asks: from the headers of a request to a `Viewer`, by access token, by session cookie, or as the public."""

from collections.abc import Awaitable, Callable

from starlette.types import Scope

from graph.permissions import Viewer

Remembers = Callable[[Scope], bool]
"""Whether the token of a request was checked a moment ago, so that it costs nothing to know whose it is."""
Identify = Callable[[Scope], Awaitable[Viewer]]
"""Who sends the request of an ASGI scope: PUBLIC if it does not say; NotIdentified if what it says does not hold."""
Still = Callable[[Scope], Awaitable[None]]
"""Whether who was identified by a scope still counts: NotIdentified if he was revoked since."""
