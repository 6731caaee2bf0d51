// A certified OpenID provider (npm oidc-provider), which knows nothing of this product: what signs in
// with it signs in with others. `node oidc_provider.mjs PORT INLINE_PORT REDIRECT_URI INLINE_REDIRECT_URI`
// serves two issuers: the first keeps the address for userinfo, as the specification has it; the other
// puts it into the ID token, as Google does. Anybody who signs in as NAME is NAME@example.org there;
// the addresses of those called "unproved-…" are not verified.
import Provider from "oidc-provider";

const [port, inlinePort, redirectUri, inlineRedirectUri] = process.argv.slice(2);
const SECRET = "a secret of the browser tests, long enough";

const claimsOf = (id) => ({
  sub: id,
  email: `${id}@example.org`,
  email_verified: !id.startsWith("unproved-"),
});

const serve = (at, { redirect, inline }) => {
  const issuer = `http://127.0.0.1:${at}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "pinhole",
        client_secret: SECRET,
        redirect_uris: [redirect],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        token_endpoint_auth_method: inline ? "client_secret_post" : "client_secret_basic",
      },
    ],
    clientAuthMethods: [inline ? "client_secret_post" : "client_secret_basic"],
    pkce: { required: () => true },
    conformIdTokenClaims: !inline,
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    cookies: { keys: ["only for tests"] },
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
    features: { devInteractions: { enabled: true } },
  });
  for (const event of ["server_error", "authorization.error", "grant.error", "userinfo.error"])
    provider.on(event, (_, error) => console.error(event, error.error_detail ?? error.message));
  return new Promise((resolve) => provider.listen(Number(at), "127.0.0.1", resolve));
};

await serve(port, { redirect: redirectUri, inline: false });
await serve(inlinePort, { redirect: inlineRedirectUri, inline: true });
console.log("ready");
