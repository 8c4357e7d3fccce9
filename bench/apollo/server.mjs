// @neo4j/graphql under Apollo Server, as its documentation shows it, over the same database.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import neo4j from "neo4j-driver";

const typeDefs = `#graphql
  type Department @node {
    id: String!
    name: String!
  }
  type DataItem @node {
    id: String!
    name: String!
    position: Int
    dataType: String
    description: String
    sortPosition: String!
  }
  type Resource @node {
    id: String!
    name: String!
    resourceCode: String
    classification: String
    abstract: String
    theme: String
    shareType: String
    openType: String
    updateCycle: String
    lastUpdatedAt: Date
    sortName: String!
    provider: [Department!]! @relationship(type: "PROVIDES", direction: IN)
    items: [DataItem!]! @relationship(type: "HAS_ITEM", direction: OUT)
  }
`;

const { NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USER, NEO4J_PASSWORD));
// Keyset pages compare texts, which is off as shipped.
const features = { filters: { String: { GT: true } } };
const schema = await new Neo4jGraphQL({ typeDefs, driver, features }).getSchema();
const server = new ApolloServer({ schema, stopOnTerminationSignals: false });
const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
console.log(new URL(url).port);

const stop = async () => {
  await server.stop();
  await driver.close();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
