"""Withdrawing an entry of the catalog: it stays, with its history, but departments no longer see it."""

from typing import Annotated

from graph.changes.allowed import Reach, Right
from graph.changes.entries import OWNERS, REVIEWERS, held, keep
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc
from graph.record import Id
from graph.words import Action, Publication, Role

WHO = (Right(Role.CATALOG_OFFICER, Reach.OWN, OWNERS), Right(Role.REVIEWER, Reach.OWN, OWNERS), *REVIEWERS)


@mutation(
    "撤回目录条目 Withdraw an entry.",
    "ResourceChanged",
    Action.WITHDRAW,
    WHO,
    name="withdrawResource",
    locks=("resource",),
)
async def withdraw(
    work: Work,
    *,
    resource: Annotated[Id, Doc("信息资源 Id of the resource.")],
    reason: Annotated[str, Doc("理由 Why; the trail keeps it.")],
) -> Changed:
    """Set the entry's publication; Refused where it is withdrawn already or the asker's roles do not allow it."""
    entry = await held(work, resource)
    work.demand(WHO, entry.place)
    before, after = await keep(work, entry, {"publication": Publication.WITHDRAWN})
    return Changed(resource, before, after, note=reason)
