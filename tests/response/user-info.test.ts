// What a signed-in user is told; conformance: endpoints.mjs, userinfo*.
import { userInfo } from '../../src/response/user-info.ts';
import type { Session } from '../../src/session/session.ts';

const john: Session = {
  id: 'id',
  user: 'john.doe',
  email: 'john.doe@example.com',
  preferredUsername: '',
  groups: [],
  accessToken: 'access-secret',
  idToken: 'id-secret',
  refreshToken: 'refresh-secret',
  signedInAtMs: 0,
  createdAtMs: 0,
};
const start = '{"user":"john.doe","email":"john.doe@example.com"';

test.each<[string, Partial<Session>, string]>([
  ['user and e-mail', {}, `${start}}\n`],
  ['empty ones stay', { user: '', email: '' }, '{"user":"","email":""}\n'],
  ['groups', { groups: ['example', 'groups'] }, `${start},"groups":["example","groups"]}\n`],
  ['roles among them', { groups: ['g'], roles: ['r'] }, `${start},"groups":["g","role:r"]}\n`],
  ['the preferred name', { preferredUsername: 'john' }, `${start},"preferredUsername":"john"}\n`],
  [
    'further claims, in order at every depth',
    { additionalClaims: { zeta: 'z', alpha: ['a', true, null], deep: { y: 1, x: [{ d: 1, c: 2 }] } } },
    `${start},"additionalClaims":{"alpha":["a",true,null],"deep":{"x":[{"c":2,"d":1}],"y":1},"zeta":"z"}}\n`,
  ],
  ['no further claims', { additionalClaims: {} }, `${start}}\n`],
  [
    'characters that Go escapes',
    { user: '<b>&"\'', email: '', preferredUsername: 'é\u2028x' },
    '{"user":"\\u003cb\\u003e\\u0026\\"\'","email":"","preferredUsername":"é\\u2028x"}\n',
  ],
])('%s', (_, session, expected) => {
  expect(userInfo({ ...john, ...session })).toBe(expected);
});

test('O-5: never a token', () => {
  expect(userInfo(john)).not.toContain('secret');
});
