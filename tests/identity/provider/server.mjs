// An OpenID provider with two clients, as its first argument (JSON) describes it: port, jwks, accounts, machine, lives, redirects.
import { Provider } from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${given.port}`;
const API = "urn:yuanliu:api";

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "web",
      client_secret: "web-secret",
      redirect_uris: given.redirects,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    {
      client_id: "machine",
      client_secret: "machine-secret",
      redirect_uris: [],
      grant_types: ["client_credentials"],
      response_types: [],
    },
  ],
  jwks: given.jwks,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: "catalog",
        audience: resource,
        accessTokenTTL: given.seconds,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: given.alg } },
      }),
    },
  },
  extraTokenClaims: (_, token) => given.accounts[token.accountId ?? token.clientId],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ["test"] },
  ttl: { AccessToken: given.seconds, ClientCredentials: given.seconds, IdToken: 600, Session: 600, Grant: 600, Interaction: 600 },
});
provider.on("server_error", (_, error) => console.error(error));
provider.listen(given.port, "127.0.0.1", () => console.log("listening"));
