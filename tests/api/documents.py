"""Random GraphQL documents over a schema: aliases, fragments, directives, merged fields, variables, several operations."""

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)

MAX_DEPTH = 5


class Documents:
    """Writes documents; most of what comes out is valid, the rest is for the validation to refuse."""

    def __init__(self, schema, rng):
        self.schema, self.rng = schema, rng
        self.abstract = [kind for kind in schema.type_map.values() if is_abstract_type(kind)]

    def document(self):
        """(text, operation name, values of its variables)."""
        self.fragments, self.names = [], 0
        count = self.rng.choice([1, 1, 1, 2, 3])
        operations = [self.operation(f"Q{i}", anonymous=count == 1) for i in range(count)]
        chosen = self.rng.randrange(count)
        name = f"Q{chosen}" if count > 1 or operations[0][0].startswith("query Q") else None
        text = " ".join([text for text, _ in operations] + self.fragments)
        return text, name, operations[chosen][1]

    def operation(self, name, *, anonymous):
        self.variables, self.given = [], {}
        # A fragment may be spread by one operation only here, so that its variables are always declared.
        body = self.selections(self.schema.query_type, 0)
        if anonymous and not self.variables and self.rng.random() < 0.5:
            return body, {}
        declared = f"({', '.join(self.variables)})" if self.variables else ""
        return f"query {name}{declared} {body}", self.given

    def fresh(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def selections(self, kind, depth):
        parts = []
        for _ in range(self.rng.choice([1, 2, 2, 3, 4])):
            parts += self.selection(kind, depth)
        return "{" + " ".join(parts) + "}"

    def selection(self, kind, depth):
        draw = self.rng.random()
        if draw < 0.08:
            return [self.alias("__typename") + self.directive()]
        if draw < 0.2 and depth < MAX_DEPTH:
            return [f"...{self.on(kind)}{self.directive()} {self.selections(self.narrowed, depth + 1)}"]
        if draw < 0.28 and depth < MAX_DEPTH:
            condition, name = self.on(kind, always=True), self.fresh("F")
            self.fragments.append(f"fragment {name}{condition} {self.selections(self.narrowed, depth + 1)}")
            return [f"...{name}{self.directive()}"] * self.rng.choice([1, 1, 2])
        fields = [
            (name, field)
            for name, field in getattr(kind, "fields", {}).items()
            if depth < MAX_DEPTH or is_leaf_type(get_named_type(field.type))
        ]
        if not fields:
            return [self.alias("__typename")]
        name, field = self.rng.choice(fields)
        arguments = self.arguments(field)
        head = self.alias(name, always=bool(arguments))
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            return [head + arguments + self.directive()]
        # The same field twice, with different selections, is merged.
        repeat = 2 if self.rng.random() < 0.2 else 1
        return [f"{head}{arguments}{self.directive()} {self.selections(inner, depth + 1)}" for _ in range(repeat)]

    def on(self, kind, *, always=False):
        """A type condition (sets `narrowed` to the type inside)."""
        fitting = [kind] + [
            each for each in self.abstract if is_object_type(kind) and self.schema.is_sub_type(each, kind)
        ]
        if is_abstract_type(kind):
            fitting += [*self.schema.get_possible_types(kind), *[each for each in self.abstract if each is not kind]]
        self.narrowed = self.rng.choice(fitting)
        return f" on {self.narrowed.name}" if always or self.narrowed is not kind or self.rng.random() < 0.5 else ""

    def alias(self, name, *, always=False):
        if always or self.rng.random() < 0.3:
            return f"{self.fresh('k')}: {name}"
        return name

    def directive(self):
        if self.rng.random() > 0.12:
            return ""
        which, value = self.rng.choice(["skip", "include"]), self.rng.choice(["true", "false"])
        if self.rng.random() < 0.5:
            value = self.variable("Boolean!", None, self.rng.random() < 0.5)
        elif self.rng.random() < 0.2:
            value = self.variable("Boolean", value, self.rng.choice([True, False, ..., ..., None]))
        return f" @{which}(if: {value})"

    def variable(self, kind, default, value):
        name = self.fresh("v")
        self.variables.append(f"${name}: {kind}" + (f" = {default}" if default is not None else ""))
        if value is not ...:
            self.given[name] = value
        return f"${name}"

    def arguments(self, field):
        parts = []
        for name, argument in field.args.items():
            required = isinstance(argument.type, GraphQLNonNull)
            if not required and self.rng.random() < 0.7:
                continue
            literal, value = self.input(get_named_type(argument.type), name)
            if isinstance(argument.type, GraphQLList):
                literal, value = f"[{literal}]", [value]
            if self.rng.random() < 0.35:
                literal = self.variable(str(argument.type), literal if self.rng.random() < 0.3 else None, value)
            parts.append(f"{name}: {literal}")
        return f"({', '.join(parts)})" if parts else ""

    def input(self, kind, name):
        """(literal, value) of an argument."""
        if name in ("first", "last"):
            number = self.rng.randrange(4)
            return str(number), number
        simple = {"Int": ("3", 3), "Boolean": ("true", True), "Date": ('"2024-02-29"', "2024-02-29"), "Float": ("1.5", 1.5),
                  "DateTime": ('"2024-02-29T08:00:00+08:00"', "2024-02-29T08:00:00+08:00")}  # fmt: skip
        if kind.name in simple:
            return simple[kind.name]
        if hasattr(kind, "values"):
            word = self.rng.choice(list(kind.values))
            return word, word
        if hasattr(kind, "fields"):
            return "{and: []}", {"and": []}
        return '"Resource:x/y"', "Resource:x/y"
