// Unique keys.
CREATE CONSTRAINT region_id IF NOT EXISTS FOR (n:Region) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT department_id IF NOT EXISTS FOR (n:Department) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT resource_id IF NOT EXISTS FOR (n:Resource) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT data_item_id IF NOT EXISTS FOR (n:DataItem) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT data_element_id IF NOT EXISTS FOR (n:DataElement) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT system_id IF NOT EXISTS FOR (n:System) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT project_id IF NOT EXISTS FOR (n:Project) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT regime_id IF NOT EXISTS FOR (n:Regime) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT parameter_id IF NOT EXISTS FOR (n:Parameter) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT rule_id IF NOT EXISTS FOR (n:Rule) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT grant_id IF NOT EXISTS FOR (n:Grant) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT waiting_item_id IF NOT EXISTS FOR (n:WaitingItem) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT write_id IF NOT EXISTS FOR (n:Write) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT seed_id IF NOT EXISTS FOR (n:Seed) REQUIRE n.id IS UNIQUE;
// Sort keys of keyset pages: each is unique and never null.
CREATE INDEX region_name IF NOT EXISTS FOR (n:Region) ON (n.sortName);
CREATE INDEX department_name IF NOT EXISTS FOR (n:Department) ON (n.sortName);
CREATE INDEX resource_name IF NOT EXISTS FOR (n:Resource) ON (n.sortName);
CREATE INDEX resource_updated IF NOT EXISTS FOR (n:Resource) ON (n.sortUpdated);
CREATE INDEX data_item_name IF NOT EXISTS FOR (n:DataItem) ON (n.sortName);
CREATE INDEX data_item_position IF NOT EXISTS FOR (n:DataItem) ON (n.sortPosition);
CREATE INDEX data_element_name IF NOT EXISTS FOR (n:DataElement) ON (n.sortName);
CREATE INDEX system_name IF NOT EXISTS FOR (n:System) ON (n.sortName);
CREATE INDEX project_name IF NOT EXISTS FOR (n:Project) ON (n.sortName);
CREATE INDEX regime_name IF NOT EXISTS FOR (n:Regime) ON (n.sortName);
CREATE INDEX parameter_name IF NOT EXISTS FOR (n:Parameter) ON (n.sortName);
CREATE INDEX rule_name IF NOT EXISTS FOR (n:Rule) ON (n.sortName);
// What an import looks up.
CREATE INDEX resource_page IF NOT EXISTS FOR (n:Resource) ON (n.landingPage);
CREATE INDEX waiting_item_resource IF NOT EXISTS FOR (n:WaitingItem) ON (n.resourceId);
// Candidates of the search, Chinese and English.
CREATE FULLTEXT INDEX found_by_text IF NOT EXISTS
FOR (n:Region|Department|Resource|DataItem|DataElement|System|Project|Regime|Rule)
ON EACH [n.name, n.abstract, n.keywords, n.formerNames, n.functions, n.summary, n.description, n.definition, n.quote, n.text, n.code, n.resourceCode]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}}
