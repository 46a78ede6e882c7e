// Microsoft's own sign-in libraries, @azure/msal-node and @azure/identity, unpatched, against Local Dataverse over TLS.
// LOCAL_DATAVERSE_TLS_URL is the server's address, NODE_EXTRA_CA_CERTS the file with the certificate to trust.
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";

const url = process.env.LOCAL_DATAVERSE_TLS_URL;
const tenant = "11111111-1111-4111-8111-111111111111";
const clientId = "22222222-2222-4222-8222-222222222222";
const clientSecret = "local-dataverse-secret";
const applicationUser = "c0000000-0000-4000-8000-000000000001";
const scope = `${url}/.default`; // The address ends with a slash, and so does the resource.

const fixture = (name) => readFileSync(new URL(`../local-dataverse/tests/fixtures/${name}`, import.meta.url), "utf8");
const certificate = fixture("certificate.pem");
const privateKey = fixture("key.pem");
const thumbprint = (algorithm) => createHash(algorithm).update(new X509Certificate(certificate).raw).digest("hex").toUpperCase();

async function local(method, path, body) {
  const reply = await fetch(`${url}_local/${path}`, { method, body: typeof body === "object" ? JSON.stringify(body) : body });
  assert.equal(reply.status, 200, `${method} ${path}`);
  return reply.json();
}

async function whoAmI(token) {
  const reply = await fetch(`${url}api/data/v9.2/WhoAmI()`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(reply.status, 200);
  return (await reply.json()).UserId;
}

async function forms() {
  const { requests } = await local("GET", "requests");
  return requests.filter(({ path }) => path.includes("/oauth2/v2.0/token")).length;
}

function msal(credential, more = {}) {
  const auth = { clientId, authority: `${url}${tenant}`, knownAuthorities: [new URL(url).host], ...credential, ...more.auth };
  return new ConfidentialClientApplication({ auth, system: more.system });
}

beforeEach(() => local("POST", "reset"));

test("MSAL finds the end points and gets a token by secret, once", async () => {
  const application = msal({ clientSecret });
  const first = await application.acquireTokenByClientCredential({ scopes: [scope] });
  assert.equal(first.tokenType, "Bearer");
  assert.equal(await whoAmI(first.accessToken), applicationUser);
  const life = first.expiresOn.getTime() - Date.now();
  assert.ok(life > 3_500_000 && life <= 3_600_000, `${life}`);
  const second = await application.acquireTokenByClientCredential({ scopes: [scope] });
  assert.ok(second.fromCache && second.accessToken === first.accessToken);
  assert.equal(await forms(), 1);
});

test("MSAL signs in with a certificate, by either thumbprint", async () => {
  await local("POST", `applications/${clientId}/certificates`, certificate);
  for (const named of [{ thumbprintSha256: thumbprint("sha256") }, { thumbprint: thumbprint("sha1") }]) {
    const clientCertificate = { ...named, privateKey };
    const { accessToken } = await msal({ clientCertificate }).acquireTokenByClientCredential({ scopes: [scope] });
    assert.equal(await whoAmI(accessToken), applicationUser);
  }
});

test("MSAL understands each refusal", async () => {
  const unknown = "99999999-9999-4999-8999-999999999999";
  const ask = (credential, more) => msal(credential, more).acquireTokenByClientCredential({ scopes: [scope] });
  const clientCertificate = { thumbprintSha256: thumbprint("sha256"), privateKey };
  for (const [asked, error, number] of [
    [() => ask({ clientSecret: "wrong" }), "invalid_client", 7000215],
    [() => ask({ clientSecret }, { auth: { clientId: unknown } }), "unauthorized_client", 700016],
    [() => ask({ clientCertificate }), "invalid_client", 700027],
    [() => msal({ clientSecret }).acquireTokenByClientCredential({ scopes: ["https://contoso.crm4.dynamics.com/.default"] }), "invalid_resource", 500011],
  ]) {
    await assert.rejects(asked(), (thrown) => {
      assert.equal(thrown.errorCode, error);
      assert.match(thrown.message, new RegExp(`AADSTS${number}: `));
      assert.equal(String(thrown.errorNo), String(number));
      return true;
    });
  }
});

test("MSAL goes on with the next secret after a rotation", async () => {
  const path = `applications/${clientId}`;
  const old = (await local("GET", path)).secrets[0].keyId;
  await local("POST", `${path}/secrets`, { value: "the next secret" });
  await local("DELETE", `${path}/secrets/${old}`);
  await assert.rejects(msal({ clientSecret }).acquireTokenByClientCredential({ scopes: [scope] }), /AADSTS7000215/);
  const next = await msal({ clientSecret: "the next secret" }).acquireTokenByClientCredential({ scopes: [scope] });
  assert.equal(await whoAmI(next.accessToken), applicationUser);
});

// What MSAL sends to a cloud's sign-in host reaches this server, by the network client that MSAL lets everybody give.
const here = {
  async send(address, options, method) {
    const { pathname, search } = new URL(address);
    const reply = await fetch(new URL(pathname + search, url), { method, headers: options?.headers, body: options?.body });
    return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.json() };
  },
  sendGetRequestAsync: (address, options) => here.send(address, options, "GET"),
  sendPostRequestAsync: (address, options) => here.send(address, options, "POST"),
};

for (const [cloud, host] of [
  ["public", "login.microsoftonline.com"],
  ["usGovernment", "login.microsoftonline.us"],
  ["china", "login.partner.microsoftonline.cn"],
]) {
  test(`a client of ${host} is served as there`, async () => {
    await local("PATCH", "settings", { cloud });
    await local("POST", `applications/${clientId}/certificates`, certificate);
    const auth = { authority: `https://${host}/contoso.onmicrosoft.com`, knownAuthorities: [] };
    for (const credential of [{ clientSecret }, { clientCertificate: { thumbprintSha256: thumbprint("sha256"), privateKey } }]) {
      const application = msal(credential, { auth, system: { networkClient: here } });
      const { accessToken } = await application.acquireTokenByClientCredential({ scopes: [scope] });
      assert.equal(await whoAmI(accessToken), applicationUser);
    }
  });
}

test("Azure Identity gets a token by secret and by certificate", async () => {
  await local("POST", `applications/${clientId}/certificates`, certificate);
  const options = { authorityHost: url, disableInstanceDiscovery: true };
  for (const credential of [
    new ClientSecretCredential(tenant, clientId, clientSecret, options),
    new ClientCertificateCredential(tenant, clientId, { certificate: certificate + privateKey }, options),
  ]) {
    const { token, expiresOnTimestamp } = await credential.getToken(scope);
    assert.equal(await whoAmI(token), applicationUser);
    assert.ok(expiresOnTimestamp > Date.now());
  }
});

test("Azure Identity tells why there is no token", async () => {
  const options = { authorityHost: url, disableInstanceDiscovery: true };
  await assert.rejects(new ClientSecretCredential(tenant, clientId, "wrong", options).getToken(scope), /AADSTS7000215/);
});
