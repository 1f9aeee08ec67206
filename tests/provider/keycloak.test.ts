// Which roles does keycloak-oidc find? (behaviour.md §15.4, security N10)
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import { make } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made | undefined;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
afterEach(() => {
  made?.provider.stop();
  idp.reset();
});

const keycloak: Wish = { options: { provider: 'keycloak-oidc' } };

test.each([
  [
    'realm and client roles',
    { realm_access: { roles: ['write'] }, resource_access: { account: { roles: ['read'] } } },
    ['write', 'account:read'],
  ],
  ['each once', { realm_access: { roles: ['a', 'a'] } }, ['a']],
  ['none', { x: 1 }, []],
  ['odd shapes', { realm_access: ['x'], resource_access: { a: null, b: { roles: 'one' } } }, ['b:one']],
  ['T-6: a client called __proto__', JSON.parse('{"resource_access":{"__proto__":{"roles":["x"]}}}'), ['__proto__:x']],
])(
  'keycloak-oidc, N10: roles of the access token are kept apart from groups: %s',
  async (_, accessTokenClaims, roles) => {
    made = make(idp, keycloak);
    Object.assign(idp.bends, { accessTokenClaims });
    expect(await made.signIn()).toMatchObject({ groups: ['dev', 'ops'], roles });
    expect(made.provider.displayName).toBe('Keycloak OIDC');
  },
);

test('keycloak-oidc: an access token that is no JWT is refused', async () => {
  made = make(idp, keycloak);
  expect(await made.outcome()).toBe('access_token_not_jwt');
});
