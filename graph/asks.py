"""Every question module, imported so that its questions are known."""

from graph import catalog, lineage

__all__ = ["catalog", "lineage"]
