# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false
"""From a GraphQL document to a plan: parsed, validated and laid out once, then kept.

A plan is a neutral tree of selections for each root field, and the places where argument values come from. It is kept by
the text of the document, the operation name and the values of the variables that @skip and @include use.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values

from api.limits import too_large
from api.shape import Check, Name, checker, namer, writer
from api.values import Arguments, text_variables
from graph.questions import PAGED
from graph.selection import FIELD_BYTES, Selection

MAX_TOKENS = 4000
MAX_SOURCE = 100_000
MAX_ERRORS = 20
KEPT = 100_000_000
"""How many bytes of memory the documents that are kept may take with their plans, so that nobody fills it with his own."""
CHARACTER_BYTES = 250
NEW = 20
"""What it costs to make a document or a plan that is not kept, in the units of what a viewer may ask for, and ..."""
FIELDS_PER_UNIT = 5
"""... for how many fields that are laid out it costs one more."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document: its operations by name, its fragments, the variables that decide what is asked, the plans made.

    `texts` names the variables of each operation that has none but texts: a text is coerced to itself.
    """

    node: DocumentNode
    operations: dict[str, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    texts: dict[str, tuple[str, ...]]
    conditions: tuple[str, ...]
    plans: "dict[tuple[str | None, tuple[bool | None, ...]], Plan]"


@dataclass(slots=True)
class Root:
    """One root field of a plan: the question, what is asked of it (so many fields), how its row is checked and named."""

    name: str
    selection: Selection
    arguments: list[Arguments]
    fields: int
    is_paged: bool
    check: Check
    build: Name
    rebuild: Name

    def values(self, variables: VariableValues | None) -> list[Any]:
        """The values of all arguments below this field; GraphQLError if one cannot be used."""
        return [value for arguments in self.arguments for value in arguments.values(variables)]


@dataclass(slots=True)
class Plan:
    """An operation laid out: `roots` in request order; `typenames` are the keys under which `__typename` is asked of the root.

    `fields` is how many were laid out.
    """

    document: Document
    operation: OperationDefinitionNode
    roots: list[Root] = field(default_factory=list[Root])
    fields: int = 0
    typenames: list[str] = field(default_factory=list[str])
    order: list[str] = field(default_factory=list[str])
    is_planned: bool = True
    introspects: bool = False

    @property
    def is_mutation(self) -> bool:
        """Whether it changes anything."""
        return self.operation.operation is OperationType.MUTATION


class Unanswerable(Exception):
    """A request that is not executed; `errors` say why. `status` is that of HTTP where the method was wrong."""

    def __init__(self, errors: Sequence[GraphQLError], status: int = 0) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)
        self.status = status


class Planner:
    """Makes plans for a schema and keeps the last ones; `made` is what all that it had to make has cost."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.made = 0
        self.kept: OrderedDict[str, Document] = OrderedDict()
        self.size = 0

    def plan(self, text: str, name: str | None, inputs: Mapping[str, Any] | None) -> tuple[Plan, VariableValues | None]:
        """The plan of an operation and its coerced variables; Unanswerable if the request is not valid."""
        if len(text) > MAX_SOURCE:
            raise Unanswerable([GraphQLError(f"The document is longer than {MAX_SOURCE} characters. Ask in parts.")])
        document = self.document(text)
        operation = document.operations.get(name) if name else only(document)
        if operation is None:
            raise Unanswerable(
                [GraphQLError(f"The document has no operation named {name!r}. Give its `operationName`.")]
            )
        variables = None
        if operation.variable_definitions:
            variables = self.coerced(document, operation, inputs or {})
        known = variables.coerced if variables else {}
        included = tuple(known.get(name) for name in document.conditions)
        plan = document.plans.get((name, included))
        if plan is None:
            plan = document.plans[name, included] = self._make(document, operation, included)
            self.made += NEW + plan.fields // FIELDS_PER_UNIT
            self._grown(FIELD_BYTES * plan.fields)
        return plan, variables

    def coerced(
        self, document: Document, operation: OperationDefinitionNode, inputs: Mapping[str, Any]
    ) -> VariableValues:
        """The values of the variables of an operation; Unanswerable if they do not fit."""
        texts = document.texts.get(operation.name.value if operation.name else "")
        if texts and all(type(inputs.get(name)) is str for name in texts):
            return VariableValues({}, {name: inputs[name] for name in texts})
        try:
            coerced = get_variable_values(self.schema, operation.variable_definitions or (), dict(inputs))
        except RecursionError as error:
            raise Unanswerable([GraphQLError("The variables are nested too deeply. Ask in parts.")]) from error
        if isinstance(coerced, list):
            raise Unanswerable(coerced)
        return coerced

    def document(self, text: str) -> Document:
        """The document with this text; Unanswerable if it is not valid."""
        document = self.kept.get(text)
        if document is None:
            self.made += NEW
            document = self.kept[text] = self._document(text)
            self._grown(CHARACTER_BYTES * len(text))
        else:
            self.kept.move_to_end(text)
        return document

    def _grown(self, size: int) -> None:
        """Forget what was not used for longest, until there is room again."""
        self.size += size
        while self.size > KEPT:
            text, document = self.kept.popitem(last=False)
            self.size -= CHARACTER_BYTES * len(text) + FIELD_BYTES * sum(
                plan.fields for plan in document.plans.values()
            )

    def _document(self, text: str) -> Document:
        try:
            node = parse(text, max_lexical_tokens=MAX_TOKENS, no_location=False)
        except GraphQLError as error:
            raise Unanswerable([error]) from error
        except RecursionError as error:
            raise Unanswerable([GraphQLError("The document is nested too deeply. Ask in parts.")]) from error
        # The size comes first: some of the other rules take long over a large document.
        errors = too_large(self.schema, node) or validate(self.schema, node, specified_rules, max_errors=MAX_ERRORS)
        if errors:
            raise Unanswerable(errors)
        operations: dict[str, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else ""] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        texts = {name: names for name, operation in operations.items() if (names := text_variables(operation))}
        return Document(node, operations, fragments, texts, conditions(node), {})

    def _make(self, document: Document, operation: OperationDefinitionNode, included: tuple[bool | None, ...]) -> Plan:
        plan = Plan(document, operation)
        root = self.schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101  # the document is valid
        collector = Collector(self.schema, document, dict(zip(document.conditions, included, strict=True)))
        for key, nodes in collector.collect(root, [operation.selection_set]).items():
            asked = nodes[0].name.value
            plan.order.append(key)
            if asked == "__typename":
                plan.typenames.append(key)
            elif asked.startswith("__"):
                plan.is_planned, plan.introspects = False, True
            else:
                plan.roots.append(collector.root(root.fields[asked], key, nodes))
        plan.fields = len(plan.order) + len(document.conditions) + sum(each.fields for each in plan.roots)
        if collector.is_undecided:
            plan.is_planned = False
        if plan.is_mutation and (len(plan.roots) > 1 or not plan.is_planned):
            raise Unanswerable(
                [GraphQLError("A mutation is one change, decided by no null. Send others on their own.")]
            )
        return plan


class Collector:
    """Lays out selections, with the conditions of @skip and @include decided."""

    def __init__(self, schema: GraphQLSchema, document: Document, included: Mapping[str, bool | None]) -> None:
        self.schema = schema
        self.fragments = document.fragments
        self.variables = included
        self.is_undecided = False
        self.arguments: list[Arguments] = []
        self.slots = 0
        self.is_paged = False

    def root(self, definition: GraphQLField, key: str, nodes: list[FieldNode]) -> Root:
        """The root field with everything below it."""
        self.arguments, self.slots, self.is_paged = [], 0, False
        selection = self.selection(definition, key, nodes)
        kind = definition.type
        return Root(
            selection.field,
            selection,
            self.arguments,
            selection.size(),
            self.is_paged,
            checker(self.schema, kind, selection),
            writer(self.schema, kind, selection),
            namer(self.schema, kind, selection),
        )

    def selection(self, definition: GraphQLField, key: str, nodes: list[FieldNode]) -> Selection:
        """One asked field: where its arguments stand, and what is asked of each type that it may have."""
        slots: dict[str, int] = {}
        if definition.args:
            self.arguments.append(Arguments(definition, nodes[0]))
            self.is_paged |= any(name in definition.args for name in PAGED)
            for name in definition.args:
                slots[name] = self.slots
                self.slots += 1
        on: dict[str, tuple[Selection, ...]] = {}
        for concrete in self.possible(get_named_type(definition.type)):
            grouped = self.collect(concrete, [node.selection_set for node in nodes if node.selection_set])
            on[concrete.name] = tuple(
                Selection("__typename", inner)
                if found[0].name.value == "__typename"
                else self.selection(concrete.fields[found[0].name.value], inner, found)
                for inner, found in grouped.items()
            )
        return Selection(nodes[0].name.value, key, slots, on)

    def possible(self, kind: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        """The object types that a value of this type may have."""
        if is_object_type(kind):
            return [kind]
        return self.schema.get_possible_types(kind) if is_abstract_type(kind) else []

    def collect(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The asked fields of an object type by response key, in request order, fragments merged."""
        grouped: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for asked in sets:
            for node in self._fields(kind, asked, seen):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return grouped

    def _fields(self, kind: GraphQLObjectType, asked: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
        for node in asked.selections:
            if not self._included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, kind):
                    yield from self._fields(kind, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, kind):
                    yield from self._fields(kind, fragment.selection_set, seen)

    def _included(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            if directive.name.value in ("skip", "include"):
                value: Any = next(argument.value for argument in directive.arguments or ())
                holds = self.variables[value.name.value] if isinstance(value, VariableNode) else value.value
                # A variable that has a default may still be given as null: graphql-core says what is wrong with that.
                self.is_undecided |= holds is None
                if holds == (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        named = self.schema.get_type(condition)
        return named is kind or (is_abstract_type(named) and self.schema.is_sub_type(named, kind))


def only(document: Document) -> OperationDefinitionNode | None:
    """The operation of a document that has one; Unanswerable if it has several."""
    if len(document.operations) != 1:
        raise Unanswerable([GraphQLError("The document has several operations. Give the `operationName` of one.")])
    return next(iter(document.operations.values()))


def conditions(document: DocumentNode) -> tuple[str, ...]:
    """The variables that @skip and @include use."""
    found: set[str] = set()

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            if node.name.value in ("skip", "include"):
                found.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))

    visit(document, Conditions())
    return tuple(sorted(found))
