// What is known by name alone says no longer which import named it first.
MATCH (e:DataElement) WHERE e.standard IS NULL AND NOT coalesce(e.madeUp, false)
REMOVE e.source, e.recordedAt;
MATCH (d:Department) WHERE d.source IS NOT NULL AND NOT coalesce(d.madeUp, false) AND d.kind = 'DEPARTMENT'
REMOVE d.source;
// Who operates a system is read from the edge.
MATCH (s:System) WHERE s.operatorId IS NOT NULL REMOVE s.operatorId;
