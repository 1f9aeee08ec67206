// What does the session of an ordinary user at Keycloak hold? Tokens as version 26 writes them, really signed.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Session } from '../../src/session/session.ts';
import { jwt } from './signing.ts';

const words = [
  'finance',
  'engineering',
  'operations',
  'sales',
  'marketing',
  'support',
  'platform',
  'research',
  'legal',
];
const teams = ['backend', 'frontend', 'payroll', 'recruiting', 'emea', 'apac', 'oncall', 'admins', 'readers', 'leads'];
const nowS = 1_764_000_000;

/** Without groups: an access token of 1.5 KB, an ID token of 1.3 KB, a refresh token of 0.8 KB. */
export function keycloakSession(groupCount = 0, roleCount = 0): Session {
  const pick = (list: readonly string[], at: number) => list[at % list.length] ?? '';
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
  const groups = numbers(groupCount).map((at) => `/${pick(words, at)}/${pick(teams, at * 7)}-${at}`);
  const extra = numbers(roleCount).map((at) => `${pick(words, at)}-${pick(teams, at * 3)}-role`);
  const roles = ['default-roles-production', 'offline_access', 'uma_authorization', ...extra];
  const [sub, sid, nonce] = [randomUUID(), randomUUID(), randomBytes(32).toString('base64url')];
  const iss = 'https://sso.company-intranet.example.com/realms/production';
  const person = {
    email_verified: true,
    name: 'Maximiliane Mustermann',
    preferred_username: 'mmustermann',
    given_name: 'Maximiliane',
    family_name: 'Mustermann',
    email: 'maximiliane.mustermann@company.example.com',
    groups: groupCount > 0 ? groups : undefined,
  };
  const times = { exp: nowS + 300, iat: nowS, auth_time: nowS - 2 };
  const azp = 'intranet-portal';
  const signed = (payload: object) =>
    jwt({ header: { kid: 'aQ4fH2c0Jt8vXyZ1b3d5e7g9i0k2m4o6q8s1u3w5y7A' }, payload: { ...times, ...payload } });
  const at_hash = randomBytes(16).toString('base64url');
  const account = { roles: ['manage-account', 'manage-account-links', 'view-profile'] };
  return {
    id: randomBytes(16).toString('base64url'),
    user: sub,
    email: person.email,
    preferredUsername: person.preferred_username,
    groups,
    roles: [...roles, ...account.roles.map((role) => `account:${role}`)],
    idToken: signed({
      ...{ jti: `onrtac:${randomUUID()}`, iss, aud: azp, sub, typ: 'ID', azp, nonce, sid, at_hash, acr: '1' },
      ...person,
    }),
    accessToken: signed({
      ...{ jti: `onrtac:${randomUUID()}`, iss, aud: 'account', sub, typ: 'Bearer', azp, sid, acr: '1' },
      'allowed-origins': ['https://portal.company-intranet.example.com'],
      ...{ realm_access: { roles }, resource_access: { account }, scope: 'openid profile email' },
      ...person,
    }),
    refreshToken: refreshToken({ iss, sub, azp, sid }),
    ...{ issuer: iss, subject: sub, sid, authTime: nowS - 2, nonce },
    signedInAtMs: nowS * 1000 - 4123,
    createdAtMs: nowS * 1000,
    expiresAtMs: nowS * 1000 + 300_000,
  };
}

/** HS512, with a secret of Keycloak's own. */
function refreshToken({ iss, ...claims }: Readonly<Record<'iss' | 'sub' | 'azp' | 'sid', string>>): string {
  const scope = 'openid profile web-origins basic roles email acr';
  return jwt({
    header: { alg: 'HS512', kid: randomUUID() },
    payload: { exp: nowS + 1800, iat: nowS, jti: randomUUID(), iss, aud: iss, typ: 'Refresh', ...claims, scope },
    signer: (input) => createHmac('sha512', 'of-keycloak').update(input).digest(),
  });
}
