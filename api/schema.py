# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false
"""The GraphQL schema, lifted from the records, words and questions of `graph`: nothing is declared a second time.

Types have no resolvers: the planned path answers with rows, and what it cannot answer is executed by graphql-core over
the same rows. `python -m api.schema` prints the SDL that `schema.graphql` holds.
"""

import types
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    Undefined,
    get_nullable_type,
    print_schema,
)

import graph.declared  # pyright: ignore[reportUnusedImport]  # every question and mutation  # noqa: F401
from api.scalars import DATE, INSTANT
from graph.model import RECORDS
from graph.model.named import Named
from graph.mutations import MUTATIONS, Mutation
from graph.questions import PAGE_ARGUMENTS, QUESTIONS, Argument, Fields, Page, Question
from graph.record import Declared, Id, Many, One, Value
from graph.selection import Choice, page_name
from graph.words import Word

SCALARS: dict[type, GraphQLScalarType] = {
    str: GraphQLString,
    Id: GraphQLID,
    int: GraphQLInt,
    float: GraphQLFloat,
    bool: GraphQLBoolean,
    date: DATE,
    datetime: INSTANT,
}
OPERATORS: dict[type, tuple[str, ...]] = {
    str: ("eq", "in", "contains", "startsWith"),
    Id: ("eq", "in"),
    int: ("eq", "in", "gte", "lt"),
    float: ("eq", "gte", "lt"),
    bool: ("eq",),
    date: ("eq", "gte", "lt"),
    datetime: ("gte", "lt"),
}
OPERATOR_DOCS = {
    "eq": "等于 Equal to; null: the value is missing.",
    "in": "属于 One of these.",
    "contains": "包含 Contains this text.",
    "startsWith": "开头为 Starts with this text.",
    "gte": "不小于 This or more, this day or later.",
    "lt": "小于 Less than this, before this day.",
    "has": "含有 The list has this entry.",
}


def term(doc: str) -> str:
    """The Chinese term with which a doc starts."""
    return doc.split(" ", 1)[0]


def optional(kind: Any) -> tuple[Any, bool]:
    """The type without None, and whether it may be None."""
    if get_origin(kind) in (Union, types.UnionType):
        members = [member for member in get_args(kind) if member is not type(None)]
        return members[0], len(members) < len(get_args(kind))
    return kind, False


class Lifting:
    """Builds the types, each once and by name, so that they may refer to each other."""

    def __init__(self) -> None:
        self.enums: dict[str, GraphQLEnumType] = {}
        self.inputs: dict[str, GraphQLInputObjectType] = {}
        self.pages: dict[str, GraphQLObjectType] = {}
        self.node = GraphQLInterfaceType("Node", self._node_fields, description="实体 Anything with an id.")
        self.named = GraphQLInterfaceType(
            "Named", self._named_fields, interfaces=[self.node], description="具名实体 Anything with an id and a name."
        )
        self.info = GraphQLObjectType(
            "PageInfo",
            {
                "hasNextPage": GraphQLField(GraphQLNonNull(GraphQLBoolean), description="有下一页 More rows follow."),
                "hasPreviousPage": GraphQLField(GraphQLNonNull(GraphQLBoolean), description="有上一页 Rows precede."),
                "startCursor": GraphQLField(GraphQLString, description="首游标 Cursor of the first row."),
                "endCursor": GraphQLField(GraphQLString, description="末游标 Cursor of the last row."),
            },
            description="分页信息 Where this page stands in the list.",
        )
        self.objects = {name: self._object(record) for name, record in RECORDS.items()}

    def _node_fields(self) -> dict[str, GraphQLField]:
        return {"id": GraphQLField(GraphQLNonNull(GraphQLID), description="标识 Id `Kind:key`, stable and readable.")}

    def _named_fields(self) -> dict[str, GraphQLField]:
        return self._node_fields() | {"name": GraphQLField(GraphQLNonNull(GraphQLString), description="名称 Name.")}

    def _object(self, record: Declared) -> GraphQLObjectType:
        return GraphQLObjectType(
            record.name,
            lambda: {field.name: self.field(record, field.name) for field in record.fields.values()},
            interfaces=[self.node, self.named] if record.is_node else [],
            description=record.doc,
        )

    def field(self, record: Declared, name: str) -> GraphQLField:
        """The field of a record; a page of neighbours takes filter, order and the arguments of paging."""
        field = record.fields[name]
        source = field.source
        if isinstance(source, Many):
            target = RECORDS[field.type.__name__]
            return GraphQLField(GraphQLNonNull(self.page(target)), self.page_arguments(target), description=source.doc)
        return GraphQLField(self.output(field.type), description=source.doc)

    def output(self, kind: Any) -> Any:
        """The output type of a field's Python type."""
        inner, nullable = optional(kind)
        if get_origin(inner) is list:
            lifted: Any = GraphQLList(self.output(get_args(inner)[0]))
        elif inner is Named:
            lifted = self.named
        elif inner.__name__ in self.objects:
            lifted = self.objects[inner.__name__]
        elif issubclass(inner, Word):
            lifted = self.enum(inner)
        else:
            lifted = SCALARS[inner]
        return lifted if nullable else GraphQLNonNull(lifted)

    def enum(self, word: type[Word]) -> GraphQLEnumType:
        """The enum of a vocabulary."""
        if word.__name__ not in self.enums:
            values = {member.name: GraphQLEnumValue(member, member.doc) for member in word}
            self.enums[word.__name__] = GraphQLEnumType(word.__name__, values, description=word.__doc__)
        return self.enums[word.__name__]

    def page(self, record: Declared) -> GraphQLObjectType:
        """The Relay connection of a record."""
        if record.name not in self.pages:
            name = page_name(record.name)
            edge = GraphQLObjectType(
                name + "Edge",
                lambda: {
                    "node": GraphQLField(GraphQLNonNull(self.objects[record.name]), description=record.doc),
                    "cursor": GraphQLField(GraphQLNonNull(GraphQLString), description="游标 Where the row stands."),
                },
                description=f"{term(record.doc)}行 One row of a page.",
            )
            self.pages[record.name] = GraphQLObjectType(
                name + "Connection",
                lambda: {
                    "edges": GraphQLField(many(edge), description="行 The rows with their cursors."),
                    "nodes": GraphQLField(many(self.objects[record.name]), description="内容 The rows themselves."),
                    "pageInfo": GraphQLField(GraphQLNonNull(self.info), description="分页信息 Where this page stands."),
                    "totalCount": GraphQLField(
                        GraphQLNonNull(GraphQLInt),
                        description="总数 How many rows the whole list has; counted only when asked.",
                    ),
                },
                description=f"{term(record.doc)}分页 A page of a list.",
            )
        return self.pages[record.name]

    def page_arguments(self, record: Declared) -> dict[str, GraphQLArgument]:
        """Filter, order and paging of a list of nodes."""
        name = record.name + "Order"
        if name not in self.enums:
            orders = {each: GraphQLEnumValue(Choice(each), order.doc) for each, order in record.orders.items()}
            self.enums[name] = GraphQLEnumType(
                name, orders, description=f"{term(record.doc)}排序 How a list is sorted."
            )
        return {
            "where": GraphQLArgument(self.where(record), description="筛选 Only rows like this."),
            "orderBy": GraphQLArgument(
                self.enums[name], description=f"排序 How to sort; default {next(iter(record.orders))}."
            ),
        } | {argument.name: self.argument(argument) for argument in PAGE_ARGUMENTS}

    def argument(self, argument: Argument) -> GraphQLArgument:
        """The argument of a question or a mutation."""
        if isinstance(argument.type, Fields):
            return GraphQLArgument(GraphQLNonNull(self.said(argument.type)), description=argument.doc)
        inner, nullable = optional(argument.type)
        listed = get_origin(inner) is list
        inner = get_args(inner)[0] if listed else inner
        kind: Any = self.enum(inner) if issubclass(inner, Word) else SCALARS[inner]
        kind = GraphQLList(GraphQLNonNull(kind)) if listed else kind
        without = argument.default is ... or argument.default is None
        default = Undefined if without else argument.default
        required = argument.default is ... and not nullable
        return GraphQLArgument(GraphQLNonNull(kind) if required else kind, default, argument.doc)

    def said(self, wanted: Fields) -> GraphQLInputObjectType:
        """The input that gives some fields of a record, each of which may be left out."""
        if wanted.name not in self.inputs:
            record = RECORDS[wanted.record]
            fields = {
                name: GraphQLInputField(
                    get_nullable_type(self.output(record.fields[name].type)), description=record.fields[name].source.doc
                )
                for name in wanted.fields
            }
            self.inputs[wanted.name] = GraphQLInputObjectType(
                wanted.name, fields, description=f"{term(record.doc)}内容 What is said of it; null: there is none."
            )
        return self.inputs[wanted.name]

    def where(self, record: Declared) -> GraphQLInputObjectType:
        """The filter of a record: each property and each single neighbour, with `and`, `or`, `not`."""
        name = record.name + "Where"
        if name not in self.inputs:
            self.inputs[name] = GraphQLInputObjectType(
                name,
                lambda: (
                    self._conditions(record)
                    | {
                        "and": GraphQLInputField(
                            GraphQLList(GraphQLNonNull(self.inputs[name])), description="并且 All of these."
                        ),
                        "or": GraphQLInputField(
                            GraphQLList(GraphQLNonNull(self.inputs[name])), description="或者 One of these."
                        ),
                        "not": GraphQLInputField(self.inputs[name], description="除外 Not this."),
                    }
                ),
                description=f"{term(record.doc)}筛选 Conditions that all hold.",
            )
        return self.inputs[name]

    def _conditions(self, record: Declared) -> dict[str, GraphQLInputField]:
        found: dict[str, GraphQLInputField] = {}
        for field in record.fields.values():
            inner, _ = optional(field.type)
            if isinstance(field.source, One):
                inner = Id
            elif not isinstance(field.source, Value):
                continue
            found[field.name] = GraphQLInputField(self.condition(inner), description=field.source.doc)
        return found

    def condition(self, kind: Any) -> GraphQLInputObjectType:
        """The filter of one property by its type."""
        if get_origin(kind) is list:
            name, operators, scalar = "ListFilter", ("has",), GraphQLString
        elif issubclass(kind, Word):
            name, operators, scalar = kind.__name__ + "Filter", ("eq", "in"), self.enum(kind)
        else:
            scalar = SCALARS[kind]
            name, operators = scalar.name + "Filter", OPERATORS[kind]
        if name not in self.inputs:
            fields = {
                operator: GraphQLInputField(
                    GraphQLList(GraphQLNonNull(scalar)) if operator == "in" else scalar,
                    description=OPERATOR_DOCS[operator],
                )
                for operator in operators
            }
            self.inputs[name] = GraphQLInputObjectType(
                name, fields, description="条件 Conditions on one value; all hold."
            )
        return self.inputs[name]

    def root(self, question: Question) -> GraphQLField:
        """The field of a question."""
        answer = question.answer
        arguments = {argument.name: self.argument(argument) for argument in question.arguments}
        if isinstance(answer, Page):
            record = RECORDS[answer.record]
            kind: Any = self.page(record)
            if record.is_node:
                arguments = self.page_arguments(record) | arguments
        else:
            kind = self.node if answer == "Node" else self.objects[answer]
        return GraphQLField(GraphQLNonNull(kind) if question.required else kind, arguments, description=question.doc)

    def change(self, mutation: Mutation) -> GraphQLField:
        """The field of a mutation; it may be null, so that its error leaves the rest of the answer as it is."""
        name = mutation.name[0].upper() + mutation.name[1:] + "Payload"
        payload = GraphQLUnionType(
            name,
            [self.objects[mutation.answer], self.objects["Refusal"]],
            description=f"{term(mutation.doc)}结果 What was changed, or why nothing was.",
        )
        arguments = {argument.name: self.argument(argument) for argument in mutation.arguments}
        return GraphQLField(payload, arguments, description=mutation.doc)


def many(kind: Any) -> Any:
    """A list that is never null and holds no null."""
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))


def build() -> GraphQLSchema:
    """The whole schema."""
    lifting = Lifting()
    query = GraphQLObjectType(
        "Query",
        lambda: {name: lifting.root(question) for name, question in sorted(QUESTIONS.items())},
        description="提问 What the catalog can be asked.",
    )
    mutation = GraphQLObjectType(
        "Mutation",
        lambda: {name: lifting.change(mutation) for name, mutation in sorted(MUTATIONS.items())},
        description="变更 What can be changed; one change an operation.",
    )
    return GraphQLSchema(
        query,
        mutation,
        types=list(lifting.objects.values()),
        description="源流 The catalog of what a government knows.",
    )


SCHEMA = build()


def sdl() -> str:
    """The schema as text, as `schema.graphql` holds it."""
    return print_schema(SCHEMA) + "\n"


if __name__ == "__main__":
    print(sdl(), end="")  # noqa: T201
