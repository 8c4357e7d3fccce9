"""Who asks, in which words: GraphQL, HTTP, the command line. Knows no Cypher.

The way of a request: `http` (is it well-formed), `answer` (planned, or by graphql-core), `plan` (document to selections),
a question of `graph`, `shape` (rows checked and named). `schema` lifts the types from `graph`. `identity` says who asks, `door`
bounds what is sent and asked for, `uploads` takes imports over HTTP; `cli` is the command.
"""
