"""Every question module, imported so that its questions are known."""

from graph import catalog, duplicates, events, holders, islands, lineage, search

__all__ = ["catalog", "duplicates", "events", "holders", "islands", "lineage", "search"]
