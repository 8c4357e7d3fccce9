"""Who may see what, written down a second time: from the table in docs/permissions.md, over raw facts, in plain Python.

Nothing here is taken from graph/permissions.py, graph/audience.py or graph/sight.py.
"""

from functools import cached_property

from graph.words import Role
from permissions.facts import SECURITY, TODAY

LOOK_DOWN = {Role.COMPETENT_DEPARTMENT, Role.AUDITOR}
KEEP = {Role.CATALOG_OFFICER, Role.REVIEWER}
PLAN = LOOK_DOWN | {Role.PLANNER}
WITHHELD = ("NOT_SHARED", "SPECIAL", "DEFERRED")


def counts_first(edges, end):
    """The end of the edge that counts, of those not withdrawn: begun, then without end, then the latest end, then by id."""

    def rank(edge):
        since, until = edge.properties.get("since"), edge.properties.get("until")
        is_to_come = since is not None and since > TODAY
        return is_to_come, until is not None, -(until.toordinal() if until else 0), end(edge)

    return min((rank(edge) for edge in edges if "withdrawnAt" not in edge.properties), default=(None,))[-1]


def holds(edge):
    """Whether an edge holds today, as far as is known now."""
    since, until = edge.properties.get("since"), edge.properties.get("until")
    return (
        "withdrawnAt" not in edge.properties and (since is None or since <= TODAY) and (until is None or until > TODAY)
    )


class Oracle:
    """What one viewer sees of a catalog."""

    def __init__(self, facts, viewer):
        self.facts, self.viewer = facts, viewer
        self.above = {edge.start: edge.end for edge in facts.edges if edge.type == "WITHIN"}
        self.roles = [(role, viewer.department, viewer.region) for role in viewer.roles]
        for one in facts.assignments:
            if (
                one["subject"] == viewer.subject
                and one["withdrawnAt"] is None
                and (one["since"] is None or one["since"] <= TODAY)
                and (one["until"] is None or one["until"] > TODAY)
            ):
                self.roles.append((Role(one["role"]), one["department"], one["region"] or ""))

    def chain(self, region):
        """A region and those that it lies in."""
        found = []
        while region is not None:
            found.append(region)
            region = self.above.get(region)
        return found

    def is_in(self, inner, outer):
        """Whether a region is another one or lies in it."""
        return inner is not None and outer in self.chain(inner)

    def place(self, department):
        """The region of a department."""
        return counts_first(self.facts.out("LOCATED_IN", department), lambda edge: edge.end) if department else None

    @cached_property
    def staff(self):
        """(role, department, region) of each role but the public's; None for what there is not."""
        known = self.facts.nodes
        found = []
        for role, department, region in self.roles:
            if role is not Role.PUBLIC:
                own = department if department in known else None if department else ""
                found.append((role, own, region if region in known else self.place(own)))
        return found

    @staticmethod
    def keeps(role, department):
        """Whether somebody keeps the catalog of a whole region."""
        return role in KEEP and department == ""

    @property
    def is_administrator(self):
        return any(role is Role.ADMINISTRATOR for role, _, _ in self.roles)

    def parts(self, department):
        """A department with its parts, four levels deep."""
        found, layer = {department}, {department}
        for _ in range(4):
            layer = {e.start for part in layer for e in self.facts.into("PART_OF", part) if holds(e)}
            found |= layer
        return found

    # What a resource is, as to who may see it: ("open",), ("shared", region), ("reserved", region, department) or None.

    def provider(self, resource):
        return counts_first(self.facts.into("PROVIDES", resource), lambda edge: edge.start)

    def kind_of_resource(self, resource):
        row, provider = self.facts.nodes[resource], self.provider(resource)
        if provider:
            place = self.place(provider)
        else:
            place = f"Region:{row.get('catalogRegion')}"
            place = place if place in self.facts.nodes else None
        withheld = (
            row.get("publication") != "PUBLISHED" or row.get("secrecy") == "SECRET" or row.get("shareType") in WITHHELD
        )
        if not withheld and row.get("openType") == "UNCONDITIONAL_OPEN":
            return ("open",)
        if place is None:
            return None
        return ("reserved", place, provider) if withheld else ("shared", place)

    def kind_of(self, entry):
        """Of a resource; an item has the narrowest of those of its resources."""
        if entry.startswith("Resource:"):
            return self.kind_of_resource(entry)
        kinds = [self.kind_of_resource(edge.start) for edge in self.facts.into("HAS_ITEM", entry)]
        if not kinds or None in kinds:
            return None

        # Of several equally narrow ones the first in the order of their paths.
        def rank(kind):
            path = "/".join(reversed(self.chain(kind[1]))).replace("Region:", "") + "/" if len(kind) > 1 else ""
            return ("reserved", "shared", "open").index(kind[0]), path, str(kind[2] or "") if len(kind) > 2 else ""

        return min(kinds, key=rank)

    def is_seen(self, kind):
        """Whether something of this kind is seen without a grant."""
        if kind is None:
            return False
        if kind[0] == "open":
            return True
        if kind[0] == "shared":
            return any(
                self.is_in(region, kind[1])
                or ((role in PLAN or self.keeps(role, department)) and self.is_in(kind[1], region))
                for role, department, region in self.staff if region
            )  # fmt: skip
        return any(
            (department and kind[2] in self.parts(department) and kind[1] == self.place(kind[2]))
            or ((role in LOOK_DOWN or self.keeps(role, department)) and region and self.is_in(kind[1], region))
            for role, department, region in self.staff
        )

    @cached_property
    def granted(self):
        """What was granted to a department of the viewer, with the items of granted resources."""
        found = set()
        for _, department, _ in self.staff:
            for to in self.facts.into("TO", department) if department else ():
                if holds(to):
                    for of in self.facts.out("OF", to.start):
                        if holds(of):
                            items = (edge for edge in self.facts.out("HAS_ITEM", of.end) if holds(edge))
                            found |= {of.end} | {edge.end for edge in items}
        return {each for each in found if self.kind_of(each) is not None}

    def sees_entry(self, entry):
        return entry in self.granted or self.is_seen(self.kind_of(entry))

    def sees_grant(self, grant):
        mine = {department for _, department, _ in self.staff if department}
        if any(holds(edge) and edge.end in mine for edge in self.facts.out("TO", grant)):
            return True
        of = counts_first(self.facts.out("OF", grant), lambda edge: edge.end)
        if of is None:
            return False
        if of.startswith("DataItem:"):
            of = counts_first(self.facts.into("HAS_ITEM", of), lambda edge: edge.start)
        provider = self.provider(of) if of else None
        place = self.place(provider)
        return place is not None and any(
            (department and provider in self.parts(department))
            or (role in LOOK_DOWN and region and self.is_in(place, region))
            for role, department, region in self.staff
        )

    def owner(self, built):
        """(the department, the region) that a system or a project belongs to."""
        kind = "OPERATES" if built.startswith("System:") else "PROPOSES"
        department = counts_first(self.facts.into(kind, built), lambda edge: edge.start)
        return department, self.place(department)

    def sees_built(self, place):
        return place is not None and any(
            region and (place == region or (role in PLAN and self.is_in(place, region)))
            for role, _, region in self.staff
        )

    def sees_security(self, system, place):
        """Whether the viewer sees the security facts of a system in the state in which it belongs to a region."""
        operators = {edge.start for edge in self.facts.into("OPERATES", system) if holds(edge)}
        return any(
            department in operators or (role in LOOK_DOWN and region and self.is_in(place, region))
            for role, department, region in self.staff
        )

    def watches(self, region):
        """Whether a region is one that the viewer audits, or lies in one."""
        return any(role is Role.AUDITOR and own and self.is_in(region, own) for role, _, own in self.staff)

    def sees_event(self, event):
        """Whether the viewer audits the region of whoever did it, wherever that has its seat today."""
        seats = self.facts.out("LOCATED_IN", event["department"])
        return any(holds(edge) and self.watches(edge.end) for edge in seats)

    def sees_assignment(self, assignment):
        """Whether the viewer has the role himself, or audits the region for which it is held; of an earlier state likewise."""
        is_mine = bool(self.viewer.subject) and assignment["subject"] == self.viewer.subject
        return self.is_administrator or is_mine or self.watches(assignment["region"])

    def sees(self, node):
        """Whether the viewer sees a node."""
        kind = node.partition(":")[0]
        if self.is_administrator:
            return True
        if kind in ("Resource", "DataItem"):
            return self.sees_entry(node)
        if kind in ("System", "Project"):
            return self.sees_built(self.owner(node)[1])
        if kind == "Grant":
            return self.sees_grant(node)
        if kind == "Event":
            return self.sees_event(self.facts.nodes[node])
        if kind == "DataElement":
            return "standard" in self.facts.nodes[node] or any(
                self.sees_entry(edge.start) for edge in self.facts.into("MEANS", node)
            )
        return True

    def sees_state(self, node, state):
        """Whether the viewer sees an earlier state of a node: by what it was then."""
        if node.startswith("RoleAssignment:"):
            now = next(one for one in self.facts.assignments if one["id"] == node)
            return self.sees_assignment(now) and self.sees_assignment(state)
        if self.is_administrator or node.startswith("Department:"):
            return self.sees(node)
        audience = state.get("audience")
        if audience is None:
            return False
        letter, department = audience[0], audience.partition("#")[2]
        region = self.place_of_state(state)
        seen = {
            "O": lambda: True,
            "S": lambda: self.is_seen(("shared", region)),
            "R": lambda: self.is_seen(("reserved", region, department)),
            "Y": lambda: self.sees_built(region),
        }[letter]()
        return self.sees(node) and seen

    def invisible(self):
        """The ids of all nodes and states that the viewer does not see."""
        states = {state["id"] for node, state in self.facts.states if not self.sees_state(node, state)}
        assignments = {one["id"] for one in self.facts.assignments if not self.sees_assignment(one)}
        return {node for node in self.facts.nodes if not self.sees(node)} | states | assignments

    @staticmethod
    def place_of_state(state):
        """The region that an earlier state belonged to."""
        path = state["audience"][1:].partition("#")[0]
        return "Region:" + path.strip("/").split("/")[-1]

    def masked(self):
        """The systems, and earlier states of systems, whose security facts the viewer does not see."""
        if self.is_administrator:
            return []
        now = [(each, each, self.owner(each)[1]) for each in self.facts.of("System")]
        then = [
            (state["id"], node, self.place_of_state(state))
            for node, state in self.facts.states
            if node.startswith("System:") and "audience" in state
        ]
        return [each for each, system, place in now + then if not self.sees_security(system, place)]


__all__ = ["SECURITY", "Oracle"]
