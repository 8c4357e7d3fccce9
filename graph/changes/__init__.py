"""Changes: one mutation a module, with its Cypher, who may, and why it is refused.

`perform` is the unit of work around every one of them; `allowed` and `entries` are the pure rules that they share.
"""
