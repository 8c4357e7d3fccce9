"""What a document may ask for, decided before anything is planned.

Each fragment is visited once, whatever it is spread into, so that a document costs no more to judge than it is long.
"""

from typing import Any, NamedTuple

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    ValidationContext,
)


class Size(NamedTuple):
    """The size of a selection set: depth, fields, aliases and directives, fragments spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0


LIMITS = Size(depth=15, fields=1000, aliases=100, directives=100)


class LimitRule(ASTValidationRule):
    """Refuses an operation that is larger than `LIMITS`."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        definitions = context.document.definitions
        self.fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        self.known: dict[str, Size] = {}
        self.open: set[str] = set()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure the operation."""
        size = self.size(node)
        for name, found, limit in zip(Size._fields, size, LIMITS, strict=True):
            if found > limit:
                self.report_error(GraphQLError(f"The operation has more than {limit} {name}. Ask in parts.", node))

    def size(self, node: Any) -> Size:
        """The size of what stands in the selection set of a node."""
        depth = fields = aliases = 0
        directives = len(node.directives or ())
        for child in node.selection_set.selections if node.selection_set else ():
            if isinstance(child, FieldNode):
                inner, step = self.size(child), 1
                fields += 1
                aliases += child.alias is not None
            elif isinstance(child, InlineFragmentNode):
                inner, step = self.size(child), 0
            elif isinstance(child, FragmentSpreadNode):
                inner, step = self.spread(child.name.value), 0
            else:
                continue
            depth = max(depth, inner.depth + step)
            fields += inner.fields
            aliases += inner.aliases
            directives += inner.directives
        return Size(depth, fields, aliases, directives)

    def spread(self, name: str) -> Size:
        """The size of a fragment, measured once; unknown and circular ones are another rule's business."""
        if name not in self.known:
            if name in self.open or name not in self.fragments:
                return Size()
            self.open.add(name)
            self.known[name] = self.size(self.fragments[name])
            self.open.discard(name)
        return self.known[name]
