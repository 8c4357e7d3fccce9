"""Grants: what a department may use of what another one holds."""

from graph.model.named import BY_ID, Asserted
from graph.record import node


@node("Grant", BY_ID)
class Grant(Asserted):
    """共享授权 A grant: a department may use a resource or an item (KF-SHARE-15, LN-17)."""
