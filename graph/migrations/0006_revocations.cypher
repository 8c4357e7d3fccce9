// One revocation a key: of several that processes wrote at the same moment, the latest counts.
MATCH (r:Revocation)
WITH r ORDER BY r.at DESC
WITH r.key AS key, collect(r) AS found
UNWIND found[1..] AS earlier
DELETE earlier;
CREATE CONSTRAINT revocation_key IF NOT EXISTS FOR (n:Revocation) REQUIRE n.key IS UNIQUE;
