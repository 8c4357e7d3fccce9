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

// Who is logged in, and the ways in and out.
function entry(text, act) {
  const button = document.createElement("button");
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

async function session() {
  const bar = document.getElementById("session");
  const who = await (await fetch("/session")).json();
  bar.replaceChildren(who.subject ? `${who.subject} ${who.roles.join(" ")} ${who.department || who.region} ` : "公众 public ");
  for (const path of who.subject ? [] : who.login) {
    bar.append(entry(`登录 Log in: ${path.split("/").pop()}`, () => location.assign(path)));
  }
  if (who.subject) {
    bar.append(
      entry("登出 Log out", async () => {
        const ended = await fetch("/logout", { method: "POST" });
        location.assign((await ended.json()).to);
      }),
    );
  }
}
session();
