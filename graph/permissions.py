"""Who may see what: one literal fragment a label, compiled into every read.

A fragment has the hole `{n}` for the node and may use the parameter `$viewer`. Search, traversal, lists and counts all
take it from here, so they cannot disagree. Until identity exists every fragment is `true`, and therefore `serve` binds
loopback only.
"""

from dataclasses import dataclass
from typing import Any, LiteralString

from graph.words import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the subject (`issuer|sub`, or empty), the roles, the department and region that they are bound to (ids).

    `on_behalf_of` is for whom a machine asks, where that is another than the subject.
    """

    subject: str = ""
    roles: frozenset[Role] = frozenset({Role.PUBLIC})
    department: str = ""
    region: str = ""
    on_behalf_of: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The viewer as the statement parameter `$viewer`."""
        return {"department": self.department, "roles": sorted(self.roles), "region": self.region}


PUBLIC = Viewer()
"""Everyone who has not said who they are."""
LOCAL = Viewer("local", frozenset({Role.ADMINISTRATOR}))
"""The person at this machine."""

VISIBLE: dict[str, LiteralString] = {
    "Region": "true",
    "Department": "true",
    "Resource": "true",
    "DataItem": "true",
    "DataElement": "true",
    "System": "true",
    "Project": "true",
    "Regime": "true",
    "Parameter": "true",
    "Rule": "true",
    "Grant": "true",
    "Event": "true",
    "RoleAssignment": "true",
}


def visible(label: str, variable: LiteralString) -> LiteralString:
    """The predicate under which the viewer may see the node of `label` in `variable`; KeyError for an unknown label."""
    return VISIBLE[label].replace("{n}", variable)
