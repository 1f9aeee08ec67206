// What does an administrator of Keycloak do in the tests: realms, sessions, groups and clients, by its REST interface.
import { randomBytes } from 'node:crypto';
import { realmDocument } from './keycloak-realm.ts';
import type { keycloakUsers, RealmWish } from './keycloak-realm.ts';

export type UserName = keyof typeof keycloakUsers;

export interface UserSession {
  /** What tokens call `sid`. */
  readonly id: string;
  /** Client by client, under ids of Keycloak's own: the names of the clients. */
  readonly clients: Readonly<Record<string, string>>;
}

export interface Realm {
  readonly name: string;
  readonly issuer: string;
  sessionsOf(user: UserName): Promise<readonly UserSession[]>;
  endSession(id: string): Promise<void>;
  endAllSessions(user: UserName): Promise<void>;
  /** Ends everybody's sessions. Keycloak tells no client of it. */
  endSessionsOfRealm(): Promise<void>;
  /** What Keycloak noted, oldest first, such as LOGIN, REFRESH_TOKEN, LOGOUT; what failed ends in _ERROR. */
  events(): Promise<readonly string[]>;
  /** Makes that many groups and adds the user to them. */
  addGroups(user: UserName, count: number): Promise<void>;
  /** Over the attributes there are; `''` removes one. */
  changeClient(client: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  changeRealm(fields: Readonly<Record<string, unknown>>): Promise<void>;
  remove(): Promise<void>;
}

/** A new realm of its own for one test; `origin` is Keycloak's. */
export async function makeRealm(origin: string, wish: RealmWish): Promise<Realm> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const call = adminOf(origin);
  await call('POST', '', realmDocument(name, wish));
  const realm = (method: Method, path: string, body?: unknown) => call(method, `/${name}${path}`, body);
  const idOfUser = (user: UserName) => onlyId(realm, `/users?exact=true&username=${user}`);
  return {
    name,
    issuer: `${origin}/realms/${name}`,
    sessionsOf: async (user) => (await realm('GET', `/users/${await idOfUser(user)}/sessions`)) as UserSession[],
    endSession: async (id) => void (await realm('DELETE', `/sessions/${id}`)),
    endAllSessions: async (user) => void (await realm('POST', `/users/${await idOfUser(user)}/logout`)),
    endSessionsOfRealm: async () => void (await realm('POST', '/logout-all')),
    events: async () => ((await realm('GET', '/events?max=1000')) as Event[]).map(({ type }) => type).reverse(),
    addGroups: async (user, count) => addGroups(realm, await idOfUser(user), count),
    async changeClient(client, attributes) {
      await realm('PUT', `/clients/${await onlyId(realm, `/clients?clientId=${client}`)}`, { attributes });
    },
    changeRealm: async (fields) => void (await realm('PUT', '', fields)),
    remove: async () => void (await realm('DELETE', '')),
  };
}

interface Event {
  readonly type: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Call = (method: Method, path: string, body?: unknown) => Promise<unknown>;

async function addGroups(realm: Call, userId: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, n) => `department-number-${String(n + 1).padStart(3, '0')}`);
  for (const name of names) await realm('POST', '/groups', { name });
  const found = await realm('GET', '/groups?search=department-number-&max=1000');
  for (const { id } of found as readonly { readonly id: string }[]) await realm('PUT', `/users/${userId}/groups/${id}`);
}

async function onlyId(realm: Call, query: string): Promise<string> {
  const found = (await realm('GET', query)) as readonly { readonly id: string }[];
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${query} finds ${found.length}`);
  return found[0].id;
}

/** Calls below /admin/realms, with a token that is fetched again before it expires. */
function adminOf(origin: string): Call {
  let token = '';
  let freshUntilMs = 0;
  return async (method, path, body) => {
    if (Date.now() > freshUntilMs) {
      token = await tokenFor(origin);
      freshUntilMs = Date.now() + 30_000; // it lives for 60 s
    }
    const answer = await fetch(`${origin}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
}

/** The administrator was made by the set-up. */
async function tokenFor(origin: string): Promise<string> {
  const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' };
  const url = `${origin}/realms/master/protocol/openid-connect/token`;
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await answer.json()) as { readonly access_token?: string };
  if (token === undefined) throw new Error(`Keycloak knows no administrator: ${answer.status}`);
  return token;
}
