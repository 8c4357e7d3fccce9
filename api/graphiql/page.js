const first = `# 源流: where does this come from, and who holds it?
{
  search(text: "人口", first: 5) {
    nodes { rank node { id name } matched { field text } }
  }
}
`;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher: GraphiQL.createFetcher({ url: "/graphql" }), defaultQuery: first }),
);
