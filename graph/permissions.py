"""Who may see what: one literal fragment a label, compiled into every read.

A fragment has the hole `{n}` for the node and may use the parameter `$viewer`. Search, traversal, lists and counts all
take it from here, so they cannot disagree. Until identity exists every fragment is `true`, and therefore `serve` binds
loopback only.
"""

from dataclasses import dataclass
from typing import Any, LiteralString


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the department (an id, or empty), the roles, the region (an id, or empty)."""

    department: str = ""
    roles: tuple[str, ...] = ()
    region: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The viewer as the statement parameter `$viewer`."""
        return {"department": self.department, "roles": list(self.roles), "region": self.region}


LOCAL = Viewer(roles=("administrator",))
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
}


def visible(label: str, variable: LiteralString) -> LiteralString:
    """The predicate under which the viewer may see the node of `label` in `variable`; KeyError for an unknown label."""
    return VISIBLE[label].replace("{n}", variable)
