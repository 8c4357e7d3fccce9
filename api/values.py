# graphql-core leaves the inner types of lists and non-nulls open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The values of variables and arguments, as graphql-core coerces them, which is asked no more often than needed."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values


@dataclass(slots=True)
class Arguments:
    """The arguments of one field, and where their values come from, once that is known: a variable, or the document."""

    definition: GraphQLField
    node: FieldNode
    sources: list[tuple[str | None, Any]] | None = None

    def values(self, variables: VariableValues | None) -> list[Any]:
        """The values of all arguments, in the order of the definition; GraphQLError if one cannot be used.

        What was coerced for a variable fits the argument, for the document is valid; a null may not, or stand for a default.
        """
        if self.sources is not None:
            known = variables.coerced if variables else {}
            values = [known.get(variable) if variable else said for variable, said in self.sources]
            if not any(variable and value is None for (variable, _), value in zip(self.sources, values, strict=True)):
                return values
        given = get_argument_values(self.definition, self.node, variables)
        values = [given.get(name) for name in self.definition.args]
        named = {argument.name.value: argument.value for argument in self.node.arguments or ()}
        if not any(holds_variable(value) for value in named.values()):
            self.sources = [
                (node.name.value if isinstance(node := named.get(name), VariableNode) else None, value)
                for name, value in zip(self.definition.args, values, strict=True)
            ]
        return values


def holds_variable(value: ValueNode) -> bool:
    """Whether a value in a document holds a variable, but is none itself."""
    inner: list[ValueNode] = []
    if isinstance(value, ListValueNode):
        inner += value.values
    elif isinstance(value, ObjectValueNode):
        inner += [field.value for field in value.fields]
    return any(isinstance(each, VariableNode) or holds_variable(each) for each in inner)


def text_variables(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables of an operation, if all of them are texts; nothing if one is not."""
    names: list[str] = []
    for definition in operation.variable_definitions or ():
        kind = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
        if not isinstance(kind, NamedTypeNode) or kind.name.value not in ("ID", "String"):
            return ()
        names.append(definition.variable.name.value)
    return tuple(names)
