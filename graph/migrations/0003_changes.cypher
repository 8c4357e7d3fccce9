// A key is used once, whoever sends it at the same moment.
CREATE CONSTRAINT done_key IF NOT EXISTS FOR (n:Done) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT role_assignment_id IF NOT EXISTS FOR (n:RoleAssignment) REQUIRE n.id IS UNIQUE;
CREATE INDEX role_assignment_name IF NOT EXISTS FOR (n:RoleAssignment) ON (n.sortName);
CREATE INDEX role_assignment_subject IF NOT EXISTS FOR (n:RoleAssignment) ON (n.subject);
// Each change registers itself: what is open and what came lately is found without reading the others.
CREATE INDEX write_at IF NOT EXISTS FOR (n:Write) ON (n.at);
CREATE INDEX write_until IF NOT EXISTS FOR (n:Write) ON (n.until);
