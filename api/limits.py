# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What a document may ask for, decided before anything else looks at it.

Each fragment is measured once, whatever it is spread into, so that a document costs no more to judge than it is long.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from graph.questions import MAX_VALUES

ENTRIES = 10
"""How many entries a list is taken to have that is given no number."""
ROWS = 20
"""The number of rows where a variable without a default says it; the request is judged once more, by its value."""
HUGE = 10**9
SIZES = ("first", "last", "nodes")
"""The arguments that say how many entries the lists below have."""


class Size(NamedTuple):
    """The size of a selection set, fragments spread out.

    How deep it is; how many fields, aliases and directives it has; how many fields its broadest set has (`top`: this set);
    how many values it may bring: `cost` apart from `listed`, which come once for each entry of the lists right in it.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    breadth: int = 0
    cost: int = 0
    top: int = 0
    listed: int = 0


LIMITS = {"depth": 15, "fields": 1000, "aliases": 100, "directives": 100, "breadth": 250, "cost": MAX_VALUES}
REPEATS = 1000
"""How many pairs of fields with one response key may have to be compared: that work is quadratic."""
DEFINITIONS = 50
"""How many operations and fragments a document may have: each pair of fragments may have to be compared."""
SPREADS = 100
ALL_FIELDS = 3000
"""How many fields all operations and fragments may have together, each spread out."""
NESTING = 60
"""How deep a definition may be nested, fragments in place included; beyond, a chain of fragments could use up the stack."""


def too_large(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Why a document is refused before it is validated; empty if it is not."""
    if len(document.definitions) > DEFINITIONS:
        return [refusal(f"The document has more than {DEFINITIONS} operations and fragments.", document)]
    return next(filter(None, Measure(schema, document).judgements()), [])


def refusal(message: str, node: Node) -> GraphQLError:
    """The error of something too large."""
    return GraphQLError(message + " Ask in parts.", node, extensions={"code": "TooLarge"})


class Measure:
    """Measures the operations and fragments of a document against a schema."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.known: dict[str, Size] = {}
        self.open: set[str] = set()
        self.spreads = self.all_fields = 0
        self.is_circular = self.is_deep = False
        # A variable may have another default in each operation; the largest counts.
        self.defaults: dict[str, int] = {}
        for operation in self.operations:
            for variable in operation.variable_definitions or ():
                name, default = variable.variable.name.value, variable.default_value
                given = number(default) if default else ROWS
                self.defaults[name] = max(self.defaults.get(name, 0), given)

    def judgements(self) -> "map[list[GraphQLError]]":
        """What is too large in each operation, and in each fragment, used or not."""
        return map(self.judge, (*self.operations, *self.fragments.values()))

    def judge(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> list[GraphQLError]:
        """What is too large in one definition."""
        if isinstance(node, OperationDefinitionNode):
            size = self.size(node, self.schema.get_root_type(node.operation), 0)
        else:
            size = self.spread(node.name.value, 0)
        if self.is_circular:
            return [refusal("A fragment spreads itself.", node)]
        if self.is_deep:
            return [refusal("The document is nested too deeply.", node)]
        if self.spreads > SPREADS:
            return [refusal(f"The document spreads fragments more than {SPREADS} times.", node)]
        self.all_fields += size.fields
        if self.all_fields > ALL_FIELDS:
            return [refusal(f"The document has more than {ALL_FIELDS} fields.", node)]
        size = size._replace(cost=size.cost + size.listed * ENTRIES)
        found = size._asdict()
        errors = [
            refusal(f"The operation has more than {limit} {name}.", node)
            for name, limit in LIMITS.items()
            if found[name] > limit
        ]
        if not errors and self.repeats([node.selection_set]) > REPEATS:
            return [refusal("The document asks for the same fields again and again.", node)]
        return errors

    def size(self, node: Any, kind: GraphQLNamedType | None, level: int) -> Size:
        """The size of what stands in the selection set of a node, asked of the type `kind`; None: of an unknown one."""
        if level > NESTING:
            self.is_deep = True
            return Size()
        depth = fields = aliases = breadth = top = cost = listed = 0
        directives = len(node.directives or ())
        for child in node.selection_set.selections if node.selection_set else ():
            if isinstance(child, FieldNode):
                definition = self.schema.get_field(kind, child.name.value) if is_composite_type(kind) else None
                inner = self.size(child, definition and get_named_type(definition.type), level + 1)
                depth = max(depth, inner.depth + 1)
                fields += 1
                top += 1
                aliases += child.alias is not None
                values = 1 + inner.cost + inner.listed * self.entries(child, definition)
                if definition is not None and is_list_type(get_nullable_type(definition.type)):
                    listed += values
                else:
                    cost += values
            else:
                if isinstance(child, FragmentSpreadNode):
                    self.spreads += 1
                    directives += len(child.directives or ())
                    inner = self.spread(child.name.value, level + 1)
                else:
                    inner = self.size(child, self.condition(child, kind), level + 1)
                depth = max(depth, inner.depth)
                top, cost, listed = top + inner.top, cost + inner.cost, listed + inner.listed
            fields += inner.fields
            aliases += inner.aliases
            directives += inner.directives
            breadth = max(breadth, inner.breadth)
        return Size(depth, fields, aliases, directives, max(breadth, top), cost, top, listed)

    def spread(self, name: str, level: int) -> Size:
        """The size of a fragment, measured once; an unknown one is another rule's business."""
        if name not in self.known:
            fragment = self.fragments.get(name)
            if fragment is None:
                return Size()
            if name in self.open:
                self.is_circular = True
                return Size()
            self.open.add(name)
            self.known[name] = self.size(fragment, self.condition(fragment, None), level)
            self.open.discard(name)
        return self.known[name]

    def condition(
        self, node: InlineFragmentNode | FragmentDefinitionNode, around: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        """The type that a fragment is about."""
        return self.schema.get_type(node.type_condition.name.value) if node.type_condition else around

    def entries(self, node: FieldNode, definition: GraphQLField | None) -> int:
        """How many entries the lists right below a field are taken to have."""
        if node.name.value == "__schema":
            return len(self.schema.type_map)
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sizes: list[int] = []
        for name in SIZES:
            argument = definition.args.get(name) if definition else None
            if argument is None:
                continue
            value = given.get(name)
            if isinstance(value, VariableNode):
                sizes.append(self.defaults.get(value.name.value, ROWS))
            elif value is not None:
                sizes.append(number(value))
            elif isinstance(argument.default_value, int):
                sizes.append(argument.default_value)
        return max(sizes, default=ENTRIES)

    def repeats(self, sets: Sequence[SelectionSetNode]) -> int:
        """How many pairs of fields have one response key where these sets are merged, and below; of a definition in bounds."""
        by_key: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        open_sets = list(sets)
        while open_sets:
            for child in open_sets.pop().selections:
                if isinstance(child, FieldNode):
                    by_key.setdefault((child.alias or child.name).value, []).append(child)
                elif isinstance(child, InlineFragmentNode):
                    open_sets.append(child.selection_set)
                elif isinstance(child, FragmentSpreadNode) and child.name.value not in seen:
                    seen.add(child.name.value)
                    if child.name.value in self.fragments:
                        open_sets.append(self.fragments[child.name.value].selection_set)
        total = 0
        for nodes in by_key.values():
            total += len(nodes) * (len(nodes) - 1) // 2
            total += self.repeats([node.selection_set for node in nodes if node.selection_set])
        return total


def number(value: Node) -> int:
    """The number that a literal says; what is none is another rule's business."""
    if isinstance(value, IntValueNode):
        return max(0, int(value.value)) if len(value.value) < len(str(HUGE)) else HUGE
    return 0 if isinstance(value, NullValueNode) else ROWS
