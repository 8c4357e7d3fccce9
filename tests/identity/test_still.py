"""Who was believed is asked about again: whether he was revoked since, not whether his token still holds."""

import time

import pytest

from api.identity.errors import Unauthorized
from api.identity.identify import BELIEVED, Identity
from api.identity.tokens import Believed
from graph.permissions import Viewer

ALICE = Viewer("idp|alice")


class List:
    """The revocations; everybody's, once there is one."""

    is_long = False

    async def refuse(self, believed):
        if self.is_long:
            raise Unauthorized("It was revoked.", "Log in again.", viewer=believed.viewer)


async def test_a_token_that_ended_still_counts_and_a_revoked_one_does_not():
    listed, denied = List(), []
    identity = Identity(None, None, listed, "", lambda message, viewer: denied.append((message, viewer)))
    scope = {"headers": [], BELIEVED: Believed(ALICE, time.time() - 600, time.time() - 1)}
    await identity.still(scope)
    listed.is_long = True
    with pytest.raises(Unauthorized):
        await identity.still(scope)
    assert denied == [("It was revoked.", ALICE)]
    await identity.still({"headers": []})
