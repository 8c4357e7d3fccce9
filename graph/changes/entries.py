"""An entry of the catalog under the regime of its place: pure rules, and the one statement that reads an entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from graph.audience import first
from graph.changes.allowed import Place, Reach, Right
from graph.changes.places import PLACE, place
from graph.clocks import holds
from graph.errors import Refused
from graph.imports.present import Change
from graph.imports.write import Now, changed
from graph.mutations import Work
from graph.words import Publication, RefusalCode, Role, Secrecy, ShareType

HELD: LiteralString = (
    """
MATCH (r:Resource {id: $id}) WHERE <visible r>
OPTIONAL MATCH (d:Department)-[p:PROVIDES]->(r) WHERE <p>
WITH r, d, p ORDER BY <first p d>
RETURN properties(r) AS values, <place> AS place
""".replace("<p>", holds("p"))
    .replace("<first p d>", first("p", "d"))
    .replace("<place>", PLACE)
)

REVIEWERS = (
    Right(
        Role.COMPETENT_DEPARTMENT,
        Reach.REGION,
        ("KF-SHARE-4a", "LN-10", "XY-SHARE-3b", "XY-SHARE-9d", "LH-4a", "TY-23"),
    ),
    Right(Role.ADMINISTRATOR, Reach.ALL),
)
"""Who may publish where the regime wants a review."""
OWNERS = ("KF-SHARE-4b", "KF-SHARE-10a", "LN-5c", "LN-9a", "XY-SHARE-11", "LH-15")
"""A department compiles and keeps its own catalog."""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as it is: its properties, and where it belongs."""

    id: str
    values: Mapping[str, Any]
    place: Place

    @property
    def is_published(self) -> bool:
        """Whether departments see it."""
        return self.values.get("publication") == Publication.PUBLISHED


async def held(work: Work, resource: str) -> Held:
    """An entry; Refused, NOT_FOUND, where there is none that the asker may see."""
    found = await work.one(HELD.replace("<visible r>", work.visible("Resource", "r")), id=resource)
    if found is None:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no {resource}.", "Ask for it by `search`.")
    return Held(resource, found["values"], place(found["place"]))


async def keep(work: Work, entry: Held, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give an entry new values and keep the state that it had; what was before and is now, of what differs.

    Refused, NOTHING_CHANGES, where nothing differs.
    """
    differing = {name: value for name, value in values.items() if (entry.values.get(name) or None) != (value or None)}
    if not differing:
        raise Refused(RefusalCode.NOTHING_CHANGES, f"{entry.id} is so already.", "Nothing need be done.")
    now = Now(work.tx, work.at, work.today.isoformat(), "", "")
    before = {name: entry.values.get(name) for name in differing}
    await changed(now, "Resource", [Change(entry.id, differing, before)])
    return before, differing


def check_published(values: Mapping[str, Any], place: Place) -> None:
    """Refused where an entry with these values may not stand published in a place."""
    if values.get("secrecy") is None:
        rules = place.ours(("LH-22a", "TY-28b", "XY-SHARE-16"))
        raise Refused(RefusalCode.INCOMPLETE, "Whether it is secret is not said.", "Describe its `secrecy`.", rules)
    if values["secrecy"] == Secrecy.SECRET:
        rules = place.ours(("LH-22a", "XY-SHARE-16"))
        raise Refused(RefusalCode.SECRET, "What is secret is not published.", "Keep it as a draft.", rules)
    missing = [name for name in place.value("catalog.requiredFields") or () if not values.get(name)]
    if missing:
        rules = place.under("catalog.requiredFields")
        raise Refused(RefusalCode.INCOMPLETE, f"It does not say: {'、'.join(missing)}.", "Describe these first.", rules)
    check_share_type(values, place)


def check_share_type(values: Mapping[str, Any], place: Place) -> None:
    """Refused where the regime has no such share type, or wants a basis for it that is not named."""
    share = values.get("shareType")
    allowed = place.value("shareType.allowed")
    if share is not None and allowed is not None and share not in allowed:
        rules = place.under("shareType.allowed")
        raise Refused(
            RefusalCode.SHARE_TYPE, f"{share} is no share type here.", f"Use one of {'、'.join(allowed)}.", rules
        )
    if share in (place.value("shareType.legalBasisRequired") or ()) and not values.get("legalBasis"):
        rules = place.under("shareType.legalBasisRequired")
        raise Refused(
            RefusalCode.LEGAL_BASIS, f"{share} needs a basis or an approval.", "Name it in `legalBasis`.", rules
        )


def review_rules(values: Mapping[str, Any], place: Place) -> tuple[str, ...] | None:
    """The rules under which only a review publishes an entry; None where none is wanted."""
    if place.value("catalog.reviewRequired") == "REVIEW":
        return place.under("catalog.reviewRequired")
    if values.get("shareType") == ShareType.SPECIAL:
        return place.ours(("XY-SHARE-9d",)) or None
    return None


def check_review(work: Work, values: Mapping[str, Any], place: Place) -> None:
    """Refused where only a review publishes the entry, and the asker does not review."""
    rules = review_rules(values, place)
    if rules is not None and not work.may(REVIEWERS, place):
        raise Refused(
            RefusalCode.NEEDS_REVIEW, "It is published after a review.", "The competent department publishes it.", rules
        )
