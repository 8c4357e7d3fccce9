// Lists of what a viewer sees: for each audience an ordered seek.
CREATE INDEX resource_seen_by_name IF NOT EXISTS FOR (n:Resource) ON (n.audience, n.sortName);
CREATE INDEX resource_seen_by_update IF NOT EXISTS FOR (n:Resource) ON (n.audience, n.sortUpdated);
CREATE INDEX resource_seen_by_id IF NOT EXISTS FOR (n:Resource) ON (n.audience, n.id);
CREATE INDEX data_item_seen_by_name IF NOT EXISTS FOR (n:DataItem) ON (n.audience, n.sortName);
CREATE INDEX data_item_seen_by_position IF NOT EXISTS FOR (n:DataItem) ON (n.audience, n.sortPosition);
CREATE INDEX data_item_seen_by_id IF NOT EXISTS FOR (n:DataItem) ON (n.audience, n.id);
CREATE INDEX system_seen_by_id IF NOT EXISTS FOR (n:System) ON (n.audience, n.id);
CREATE INDEX project_seen_by_id IF NOT EXISTS FOR (n:Project) ON (n.audience, n.id);
CREATE INDEX system_seen_by_name IF NOT EXISTS FOR (n:System) ON (n.audience, n.sortName);
CREATE INDEX project_seen_by_name IF NOT EXISTS FOR (n:Project) ON (n.audience, n.sortName);
// The roles that the catalog itself grants.
CREATE INDEX role_assignment_subject IF NOT EXISTS FOR (n:RoleAssignment) ON (n.subject);
