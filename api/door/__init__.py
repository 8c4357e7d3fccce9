"""The door: what stands between a socket and the answer, and holds when someone pushes.

`protocol` bounds connections, heads, and the time that clients take; `server` runs it and ends in order; `rate` bounds what a
viewer asks for; `documents` are the persisted ones; `logs` and `metrics` say what happened, and name nobody.
"""
