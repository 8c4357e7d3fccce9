"""Values as GraphQL writes them."""

import json


class Word(str):
    """A word of a vocabulary, which GraphQL writes without quotes."""

    __slots__ = ()


def spelled(value):
    """A value as GraphQL writes it."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {spelled(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(spelled, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
