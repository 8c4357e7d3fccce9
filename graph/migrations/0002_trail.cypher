// Unique keys: no log has two heads, no place in a log two events, no checkpoint two notes.
CREATE CONSTRAINT log_id IF NOT EXISTS FOR (n:Log) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT event_id IF NOT EXISTS FOR (n:Event) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT checkpoint_head_id IF NOT EXISTS FOR (n:CheckpointHead) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT checkpoint_number IF NOT EXISTS FOR (n:Checkpoint) REQUIRE n.number IS UNIQUE;
// Sort keys of keyset pages.
CREATE INDEX event_at IF NOT EXISTS FOR (n:Event) ON (n.sortAt);
