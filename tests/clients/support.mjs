// What the tests with dynamics-web-api share: the server, the ids of its seed, a client, and the server's ledger.
import { DynamicsWebApi } from "dynamics-web-api";

/** The server's address. */
export const url = process.env.LOCAL_DATAVERSE_URL;
const tenant = "11111111-1111-4111-8111-111111111111";

export const applicationUser = "c0000000-0000-4000-8000-000000000001";
export const adele = "c0000000-0000-4000-8000-000000000002";
export const bruno = "c0000000-0000-4000-8000-000000000003";
export const chiara = "c0000000-0000-4000-8000-000000000004";
export const dora = "c0000000-0000-4000-8000-000000000005";
export const nobody = "ffff0000-0000-4000-8000-000000000009";
export const sales = "b0000000-0000-4000-8000-000000000002";
export const service = "b0000000-0000-4000-8000-000000000003";
export const salesperson = "a0000003-0000-4000-8000-000000000002";
export const salesManager = "a0000004-0000-4000-8000-000000000002";
/** The relationship of users and roles. */
export const roles = "systemuserroles_association";

/** A token of the application. */
export async function token() {
  const form = new URLSearchParams({
    client_id: "22222222-2222-4222-8222-222222222222",
    client_secret: "local-dataverse-secret",
    grant_type: "client_credentials",
    scope: `${url}.default`,
  });
  const reply = await fetch(`${url}${tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
  return (await reply.json()).access_token;
}

export const api = new DynamicsWebApi({ serverUrl: url, dataApi: { version: "9.2" }, onTokenRefresh: token });

/** Back to the seed. */
export const reset = () => fetch(`${url}_local/reset`, { method: "POST" });

/** The lines of the ledger, without what differs from run to run. */
export async function ledger() {
  const { entries } = await (await fetch(`${url}_local/ledger`)).json();
  return entries.map(({ number, time, requestId, sent, ...line }) => line);
}

/** A line of the ledger: a row that was changed by the application, from these values to those. */
export function line(operation, entitySet, id, before, after, caller = applicationUser) {
  return { caller, operation, entitySet, id, before, after };
}

/** A line of the ledger: a role that was given to a user, or taken. */
export function link(operation, user, role, caller = applicationUser) {
  return { caller, operation, entitySet: "systemusers", id: user, relationship: roles, relatedId: role, before: null, after: null };
}

/** The roles of a user, by name. */
export async function rolesOf(user) {
  const row = await api.retrieve({ collection: "systemusers", key: user, select: ["systemuserid"], expand: [{ property: roles, select: ["name"] }] });
  return row[roles].map((role) => role.name).sort();
}
