"""Publishing an entry of the catalog: from now on the departments of the region see it."""

from typing import Annotated

from graph.changes.allowed import Reach, Right
from graph.changes.entries import OWNERS, REVIEWERS, check_published, check_review, held, keep
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc
from graph.record import Id
from graph.words import Action, Publication, Role

WHO = (Right(Role.CATALOG_OFFICER, Reach.OWN, OWNERS), Right(Role.REVIEWER, Reach.OWN, OWNERS), *REVIEWERS)


@mutation(
    "发布目录条目 Publish a draft, or what was withdrawn, once it says what the regime wants.",
    "ResourceChanged", Action.PUBLISH, WHO, name="publishResource", locks=("resource",),
)  # fmt: skip
async def publish(work: Work, *, resource: Annotated[Id, Doc("信息资源 Id of the resource.")]) -> Changed:
    """Set the entry's publication and its day; Refused where its values or the asker's roles do not allow it."""
    entry = await held(work, resource)
    work.demand(WHO, entry.place)
    check_review(work, entry.values, entry.place)
    check_published(entry.values, entry.place)
    today = {"publishedOn": work.today} if not entry.is_published else {}
    before, after = await keep(work, entry, {"publication": Publication.PUBLISHED, "closedAs": None} | today)
    return Changed(resource, before, after)
