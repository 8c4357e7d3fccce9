"""Random small catalogs as raw facts, in plain Python: nodes, edges with their clocks, earlier states, who asks."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from graph.permissions import Viewer
from graph.sorting import sort_keys
from graph.words import Role

TODAY = date(2026, 11, 22)
EARLY, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
DAYS = (date(2019, 1, 1), date(2023, 5, 1), TODAY, date(2099, 1, 1))
TEXTS = ("登记", "婚姻", "企业 名录", "人口", "tax", "Tax list", "Ｔａｘ 表")
SOURCES = ("某目录", "某清单")
SECURITY = ("network", "hosting", "onCloud", "mlpsLevel")


@dataclass(slots=True)
class Edge:
    """An edge: its type, the ids of its ends, its properties."""

    type: str
    start: str
    end: str
    properties: dict


@dataclass(slots=True)
class Facts:
    """A catalog: properties of nodes by id, edges, earlier states as (node, properties), roles that the catalog grants."""

    nodes: dict[str, dict] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    states: list[tuple[str, dict]] = field(default_factory=list)
    assignments: list[dict] = field(default_factory=list)
    ends: dict = field(default_factory=dict)
    indexed: int = 0

    def of(self, *kinds):
        """The ids of these kinds."""
        return [each for each in self.nodes if each.partition(":")[0] in kinds]

    def into(self, kind, end):
        """The edges of a type that end at a node."""
        return self.at("into", kind, end)

    def out(self, kind, start):
        """The edges of a type that start at a node."""
        return self.at("out", kind, start)

    def at(self, way, kind, node):
        """The edges of a type at a node, found by an index of all that there are."""
        for edge in self.edges[self.indexed :]:
            self.ends.setdefault(("into", edge.type, edge.end), []).append(edge)
            self.ends.setdefault(("out", edge.type, edge.start), []).append(edge)
        self.indexed = len(self.edges)
        return self.ends.get((way, kind, node), [])


class Making:
    """Makes a catalog by chance; `size` from 0 to 1 says how large."""

    def __init__(self, seed, size=1.0):
        self.chance = random.Random(seed)
        self.size = size
        self.facts = Facts()

    def some(self, least, most):
        """A number from `least` up, at most `most`."""
        return self.chance.randint(least, max(least, round(most * self.size)))

    def rarely(self, part=0.15):
        """True now and then."""
        return self.chance.random() < part

    def node(self, identity, **properties):
        """Add a node; missing properties are left out."""
        row = {
            "id": identity,
            "name": identity.rpartition("/")[2].rpartition(":")[2],
            "recordedAt": EARLY,
            "source": self.chance.choice((None, *SOURCES)),
            **properties,
        }
        row = {key: value for key, value in row.items() if value is not None}
        self.facts.nodes[identity] = row | sort_keys(identity.partition(":")[0], row)

    def edge(self, kind, start, end, *, clocks=True, **properties):
        """Add an edge; mostly it holds and is known."""
        if clocks:
            properties["recordedAt"] = self.chance.choice((EARLY, EARLY, LATE))
            if self.rarely(0.3):
                properties["since"] = self.chance.choice(DAYS)
            if self.rarely():
                properties["until"] = self.chance.choice(DAYS)
            if self.rarely(0.1):
                properties["withdrawnAt"] = datetime(2025, 1, 1, tzinfo=UTC)
        self.facts.edges.append(Edge(kind, start, end, properties))

    def any_of(self, *kinds):
        """One node of these kinds, or None."""
        found = self.facts.of(*kinds)
        return self.chance.choice(found) if found else None

    def catalog(self):
        """A whole catalog."""
        self.places()
        self.entries()
        self.built()
        self.flows()
        self.grants()
        self.states()
        self.events()
        return self.facts

    def large(self, number, seen):
        """A catalog of so many resources, of which a department of the region 2 sees so many.

        Each has an item, and all flow on. What is seen flows to what is seen, straight and through what is hidden.
        """
        self.places()
        self.node("Region:2", code="2", name="地区2", level="CITY", recordedAt=None)
        self.node("Department:2/小", name="小")
        self.edge("LOCATED_IN", "Department:2/小", "Region:2", clocks=False)
        for number_of in range(3):
            self.node(f"DataElement:元{number_of}", name=f"元{number_of}")
        seen_ones = set(self.chance.sample(range(number), seen))
        others = [each for each in self.facts.of("Department") if not each.startswith("Department:2/")]
        for each in range(number):
            resource, item, is_seen = f"Resource:l/{each}", f"DataItem:l/{each}/项", each in seen_ones
            name = f"{self.chance.choice(TEXTS)}{self.chance.randrange(50)}"
            share = "CONDITIONAL" if is_seen else "NOT_SHARED"
            self.node(resource, name=name, publication="PUBLISHED", shareType=share, recordedAt=None)
            self.edge("PROVIDES", "Department:2/小" if is_seen else self.chance.choice(others), resource, clocks=False)
            self.node(item, name=f"姓名{self.chance.randrange(9)}", position=1, recordedAt=None)
            self.edge("HAS_ITEM", resource, item, clocks=False)
            self.edge("MEANS", item, f"DataElement:元{self.chance.randrange(3)}", clocks=False)
            if each:
                before = self.chance.randrange(each)
                self.edge("FLOWS_TO", f"Resource:l/{before}", resource, clocks=False, origin="DECLARED")
        chain = sorted(seen_ones)
        hidden = sorted(set(range(number)) - seen_ones)
        for place, each in enumerate(chain):
            between = self.chance.choice(hidden)
            flows = [(each, between), *((between, other) for other in chain[place + 2 : place + 4])]
            flows += [(each, other) for other in chain[place + 1 : place + 2]]
            for near, far in flows:
                self.edge("FLOWS_TO", f"Resource:l/{near}", f"Resource:l/{far}", clocks=False, origin="DECLARED")
        return self.facts

    def places(self):
        """Regions, one in another, their departments, and a regime."""
        codes = ["CN"]
        self.node("Region:CN", code="CN", name="中国", level="NATION", recordedAt=None)
        for number in range(self.some(2, 6)):
            above = self.chance.choice(codes)
            codes.append(code := f"{above if above != 'CN' else ''}{number + 1}")
            self.node(f"Region:{code}", code=code, name=f"地区{code}", level="CITY", recordedAt=None)
            self.edge("WITHIN", f"Region:{code}", f"Region:{above}", clocks=False)
        for number in range(self.some(2, 7)):
            code = self.chance.choice(codes[:3])
            self.node(f"Department:{code}/部门{number}", name=f"部门{number}", isCompetentDepartment=self.rarely())
            if not self.rarely(0.08):
                self.edge("LOCATED_IN", f"Department:{code}/部门{number}", f"Region:{code}")
            if self.rarely(0.1):
                self.edge("LOCATED_IN", f"Department:{code}/部门{number}", f"Region:{self.chance.choice(codes)}")
            if number and self.rarely(0.5):
                self.edge("PART_OF", f"Department:{code}/部门{number}", self.facts.of("Department")[0])
        self.node("Regime:T", name="试行办法", recordedAt=None)
        self.edge("APPLIES_IN", "Regime:T", f"Region:{self.chance.choice(codes)}", clocks=False)
        values = {"collection.duplicate": '{"prohibited": true, "exceptLegalBasis": true}', "provision.oneSource": "true",
                  "exchange.joinPlatform": '{"required": true, "exceptNationalRequirement": true}'}  # fmt: skip
        for number, (name, value) in enumerate(values.items()):
            self.node(f"Parameter:T/{name}", name=name, value=value, recordedAt=None)
            self.node(f"Rule:T-{number}", name=f"T-{number}", document="T", topic="X", modality="OBLIGATION",
                      text=self.chance.choice(TEXTS), recordedAt=None)  # fmt: skip
            self.edge("SETS", "Regime:T", f"Parameter:T/{name}", clocks=False)
            self.edge("UNDER", f"Parameter:T/{name}", f"Rule:T-{number}", clocks=False)
            self.edge("CONTAINS", "Regime:T", f"Rule:T-{number}", clocks=False)

    def entries(self):
        """Elements, resources of departments, their items, what these mean and who collects them."""
        for number in range(self.some(1, 4)):
            # What is known by name alone says neither when nor from where.
            told = {"standard": "GB/T 2260"} if self.rarely() else {"source": None, "recordedAt": None}
            self.node(f"DataElement:元{number}", name=f"{self.chance.choice(TEXTS)}元{number}", **told)
            if self.rarely(0.3):
                self.edge("AUTHORITY_FOR", self.any_of("Department"), f"DataElement:元{number}")
        for number in range(self.some(2, 9)):
            self.resource(number)

    def resource(self, number):
        """One resource with its items."""
        chance, identity = self.chance, f"Resource:{self.chance.choice('ab')}/{number}"
        self.node(
            identity,
            name=f"{chance.choice(TEXTS)}{chance.choice('甲乙')}",
            abstract=chance.choice((None, *TEXTS)),
            keywords=chance.choice((None, [chance.choice(TEXTS)])),
            publication=chance.choice(("PUBLISHED",) * 8 + ("DRAFT", "WITHDRAWN", None)),
            secrecy=chance.choice(("NOT_SECRET",) * 6 + ("SECRET", None)),
            shareType=chance.choice(
                (None, "UNCONDITIONAL", "CONDITIONAL", "CONDITIONAL", "NOT_SHARED", "SPECIAL", "DEFERRED")
            ),
            openType=chance.choice((None, "UNCONDITIONAL_OPEN", "UNCONDITIONAL_OPEN", "ON_APPLICATION", "NOT_OPEN")),
            lastUpdatedAt=chance.choice((None, date(2024, 1, 1), date(2024, 1, 2))),
            catalogRegion=chance.choice((None, None, "1")),
            since=chance.choice((None, None, date(2023, 5, 1))),
        )
        for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2))):
            self.edge("PROVIDES", self.any_of("Department"), identity)
        for position in range(self.some(0, 3)):
            item = f"DataItem:{identity.partition(':')[2]}/项{position}"
            self.node(item, name=chance.choice(("姓名", "登记号", "tax no")), position=position,
                      description=chance.choice((None, *TEXTS)))  # fmt: skip
            self.edge("HAS_ITEM", identity, item)
            if self.rarely(0.06):
                self.edge("HAS_ITEM", self.any_of("Resource"), item)
            if not self.rarely():
                self.edge("MEANS", item, self.any_of("DataElement"))
            for _ in range(chance.choice((0, 1, 2, 3))):
                self.edge("COLLECTS", self.any_of("Department"), item,
                          **{"from": chance.choice(("PUBLIC", "ENTERPRISE", "SHARING"))},
                          **chance.choice(({}, {"legalBasis": "某法"})))  # fmt: skip

    def built(self):
        """Systems with what they store and exchange, projects with what they build and plan."""
        for number in range(self.some(1, 7)):
            system = f"System:s/{number}"
            self.node(system, name=f"{self.chance.choice(TEXTS)}系统{number}",
                      status=self.chance.choice(("IN_USE",) * 4 + ("RETIRED",)),
                      kind=self.chance.choice(("SYSTEM", "SYSTEM", "PLATFORM", None)),
                      network=self.chance.choice((None, "外网", "内网")),
                      hosting=self.chance.choice((None, "云")), onCloud=self.chance.choice((None, True, False)),
                      mlpsLevel=self.chance.choice((None, 2, 3)), functions=self.chance.choice((None, *TEXTS)))  # fmt: skip
            if not self.rarely(0.1):
                self.edge("OPERATES", self.any_of("Department"), system)
            for _ in range(self.chance.choice((0, 1, 2, 3))):
                self.edge("STORES", system, self.any_of("Resource"))
            if number and self.rarely(0.6):
                self.edge("EXCHANGES_WITH", system, self.chance.choice(self.facts.of("System")))
        for number in range(self.some(0, 3)):
            project = f"Project:p/{number}"
            self.node(project, name=f"项目{number}", summary=self.chance.choice(TEXTS))
            if not self.rarely(0.1):
                self.edge("PROPOSES", self.any_of("Department"), project)
            self.edge(self.chance.choice(("BUILDS", "UPGRADES")), project, self.any_of("System"))
            self.edge("PLANS", project, self.any_of("Resource"))

    def flows(self):
        """Flows between resources and between items, cycles among them."""
        for kind, most in (("Resource", 14), ("DataItem", 8)):
            for _ in range(self.some(0, most)):
                start, end = self.any_of(kind), self.any_of(kind)
                if start:
                    self.edge("FLOWS_TO", start, end, origin=self.chance.choice(("DECLARED", "OBSERVED")))

    def grants(self):
        """Grants of resources and items to departments, and roles that the catalog grants."""
        for number in range(self.some(0, 4)):
            grant = f"Grant:g/{number}"
            self.node(grant, name=f"授权{number}")
            for _ in range(self.chance.choice((0, 1, 1, 1, 2))):
                self.edge("OF", grant, self.any_of("Resource", "DataItem"))
            self.edge("TO", grant, self.any_of("Department"))
        for number in range(self.some(0, 2)):
            subject, identity = (
                self.chance.choice(("issuer|alice", "issuer|alice", "issuer|bob")),
                f"RoleAssignment:{number}",
            )
            self.facts.assignments.append({
                "id": identity, "subject": subject, "role": self.chance.choice(list(Role)).value,
                "department": self.any_of("Department"), "region": self.chance.choice((None, self.any_of("Region"))),
                "since": self.chance.choice((None, DAYS[1], DAYS[3])), "until": self.chance.choice((None, None, DAYS[1])),
                "recordedAt": EARLY, "withdrawnAt": self.chance.choice((None, None, LATE)), "sortName": f"{subject} {identity}",
            })  # fmt: skip
            if self.rarely(0.5):
                self.facts.states.append((identity, {
                    "id": f"RoleAssignmentState:{number}", "subject": subject, "role": "PLANNER",
                    "region": self.any_of("Region"), "until": DAYS[1], "recordedAt": EARLY,
                }))  # fmt: skip

    def states(self):
        """Earlier states, each with the audience that its node had then."""
        regions = [self.path(self.any_of("Region")) for _ in range(3)]
        for node in self.facts.of("Resource", "DataItem", "System", "Department"):
            if self.rarely(0.25):
                kind = node.partition(":")[0]
                audience = self.chance.choice((None, "OPEN", *(f"S{each}" for each in regions),
                                               f"R{regions[1]}#{self.any_of('Department')}"))  # fmt: skip
                if kind == "System":
                    audience = self.chance.choice((None, *(f"Y{each}" for each in regions)))
                held = self.facts.nodes[node] | {
                    "id": f"{kind}State:{node.partition(':')[2]}@1", "name": f"从前的{self.chance.choice(TEXTS)}",
                    "audience": audience, "since": None, "until": date(2023, 5, 1), "recordedAt": EARLY,
                }  # fmt: skip
                self.facts.states.append((node, {key: value for key, value in held.items() if value is not None}))
                self.facts.nodes[node]["since"] = date(2023, 5, 1)

    def events(self):
        """Events of departments and of the system's own log."""
        for number in range(self.some(0, 5)):
            department = self.chance.choice(("", self.any_of("Department")))
            identity = f"Event:{department.partition(':')[2] or 'system'}/{number}"
            self.facts.nodes[identity] = {
                "id": identity, "action": "DESCRIBE", "at": self.chance.choice((EARLY, LATE)), "actor": "issuer|bob",
                "department": department, "onBehalfOf": "", "request": f"r{number}", "targets": [self.any_of("Resource")],
                "log": identity.replace("Event", "Log").rpartition("/")[0], "seq": number, "hash": f"{number:064}",
                "previous": "", "payload": "{}", "sortAt": f"{number // 2} {identity}",
            }  # fmt: skip

    def path(self, region):
        """The codes from the root down to a region."""
        above = self.facts.out("WITHIN", region)
        return (self.path(above[0].end) if above else "/") + region.removeprefix("Region:") + "/"

    def viewer(self):
        """Somebody who asks: of any role, with a department, a region, both, neither, or ones that do not exist."""
        others = [role for role in Role if role is not Role.ADMINISTRATOR]
        roles = frozenset(self.chance.sample(others, self.chance.choice((0, 1, 1, 1, 2))))
        # The first department is the one that has parts.
        known = [self.facts.of("Department")[0], *(self.any_of("Department") for _ in range(5))]
        department = self.chance.choice(("", "Department:none/x", *known))
        region = self.chance.choice(("", "", "Region:none", *[self.any_of("Region") for _ in range(3)]))
        return Viewer(self.chance.choice(("", "issuer|alice", "issuer|bob")), roles, department, region)
