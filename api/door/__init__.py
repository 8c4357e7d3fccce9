"""The door: what stands between a socket and the answer, and holds when someone pushes.

`protocol` bounds connections, heads, and the time that clients take; `server` runs it and ends in order; `rate` bounds what a
viewer asks for, `gate` keeps the routes beside `/graphql` to it; `readiness` asks the engine once for all; `documents` are the
persisted ones; `options` read how all this is set; `logs` and `metrics` say what happened, and name nobody.
"""
