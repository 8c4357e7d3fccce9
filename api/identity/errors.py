"""Why a request is not believed: the status, what to say, and the headers that go with it."""

from collections.abc import Mapping
from typing import ClassVar

from graph.errors import GraphError
from graph.permissions import PUBLIC, Viewer


class NotIdentified(GraphError):
    """A request that says who sends it, and cannot be believed; it never counts as the public's.

    `viewer` is who was believed before, where what he shows no longer counts.
    """

    status: ClassVar[int]

    def __init__(
        self, message: str, cure: str = "", headers: Mapping[str, str] | None = None, viewer: Viewer = PUBLIC
    ) -> None:
        super().__init__(message, cure)
        self.headers = dict(headers or {})
        self.viewer = viewer


class Unauthorized(NotIdentified):
    """A token or a session that does not hold (RFC 6750, 3.1)."""

    status = 401


class ForeignOrigin(NotIdentified):
    """A request that another site made a signed-in browser send."""

    status = 403


class ProviderDown(NotIdentified):
    """The identity provider cannot be asked, so the token can be neither believed nor refused."""

    status = 503
