"""Who asks, in which words: GraphQL, HTTP, the command line. Knows no Cypher.

The way of a request: `http` (is it well-formed), `answer` (planned, or by graphql-core), `plan` (document to selections),
a question of `graph`, `shape` (rows checked and named). `schema` lifts the types from `graph`; `cli` is the command.
"""
