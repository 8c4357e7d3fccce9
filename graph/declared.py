"""Every module that declares a question or a mutation, imported so that all of them are known."""

from graph import catalog, duplicates, events, holders, islands, lineage, search
from graph.changes import describe, end_role, grant_role, name_authority, publish, withdraw

__all__ = [
    "catalog",
    "describe",
    "duplicates",
    "end_role",
    "events",
    "grant_role",
    "holders",
    "islands",
    "lineage",
    "name_authority",
    "publish",
    "search",
    "withdraw",
]
