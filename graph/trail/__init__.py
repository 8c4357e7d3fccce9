"""The trail 留痕: events nobody can alter unseen.

`log` appends events to a hash chain and RFC 6962 tree for each department, and one for the system, in the transaction of
what they record; `canonical` and `merkle` are its pure parts. `sealing` writes checkpoints (`checkpoint`, `notes`) with a
key kept outside the database (`keyring`); `proving` proves one event. `export` writes everything into a folder, from which
`verify` (`signed`, `findings`) and `witness` need no database. docs/trail.md says what is found and what is not.
"""
