"""Every mutation module, imported so that its mutations are known."""

from graph.changes import describe, end_role, grant_role, name_authority, publish, withdraw

__all__ = ["describe", "end_role", "grant_role", "name_authority", "publish", "withdraw"]
