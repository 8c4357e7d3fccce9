"""The vocabulary of the graph: every label, edge and property, declared once.

Read `places` (regions, departments), `catalog` (resources, items, elements), `systems` (systems, projects), `grants`, `rules`
(regimes, rules), `events` (the trail), then `answers` (what questions compute) and `changes` (what changes answer). The
drawings above the fields are the edges of the graph.
"""

from graph.model import answers, catalog, changes, events, grants, places, rules, systems
from graph.record import RECORD_TYPES, RECORDS

__all__ = ["RECORDS", "RECORD_TYPES", "answers", "catalog", "changes", "events", "grants", "places", "rules", "systems"]
