// What nginx and the application hear about the user; conformance: headers.mjs.
import type { HeaderOptions } from '../../src/config/legacy-headers.ts';
import { headersWith, jane } from './jane.ts';

const userLines = [
  ['X-Forwarded-Groups', 'dev,ops'],
  ['X-Forwarded-User', 'user-1'],
  ['X-Forwarded-Email', 'jane.doe@example.com'],
  ['X-Forwarded-Preferred-Username', 'jane'],
];
const emailLines = [
  ['X-Forwarded-Groups', 'dev,ops'],
  ['X-Forwarded-User', 'jane.doe@example.com'],
  ['X-Forwarded-Preferred-Username', 'jane'],
];

test.each<[string, Partial<HeaderOptions>, string[][]]>([
  ['the defaults', {}, userLines],
  ['an access token', { passAccessToken: true }, [...userLines, ['X-Forwarded-Access-Token', 'at-1']]],
  ['an ID token', { passAuthorizationHeader: true }, [...userLines, ['Authorization', 'Bearer id-1']]],
  ['e-mail as user', { preferEmailToUser: true }, emailLines],
  ['no user headers', { passUserHeaders: false, passBasicAuth: false }, []],
  ['user headers, since Basic implies them', { passUserHeaders: false }, userLines],
  ['Basic', { basicAuthPassword: 'pw' }, [['Authorization', 'Basic dXNlci0xOnB3'], ...userLines]],
  [
    'Basic by e-mail',
    { basicAuthPassword: 'pw', preferEmailToUser: true },
    [['Authorization', 'Basic amFuZS5kb2VAZXhhbXBsZS5jb206cHc='], ...emailLines],
  ],
  ['no Basic when that is off', { basicAuthPassword: 'pw', passBasicAuth: false }, userLines],
])('the upstream gets %s', (_, options, expected) => {
  expect(headersWith(options).requestHeaders(jane)).toEqual(expected);
});

const gapAuth = ['Gap-Auth', 'jane.doe@example.com'];
const authRequest = [
  ['X-Auth-Request-User', 'user-1'],
  ['X-Auth-Request-Email', 'jane.doe@example.com'],
  ['X-Auth-Request-Preferred-Username', 'jane'],
  ['X-Auth-Request-Groups', 'dev,ops'],
];

test.each<[string, Partial<HeaderOptions>, string[][]]>([
  ['the name', {}, [gapAuth]],
  ['no access token by itself', { passAccessToken: true }, [gapAuth]],
  ['X-Auth-Request-*', { setXauthrequest: true }, [gapAuth, ...authRequest]],
  [
    'the access token with them',
    { setXauthrequest: true, passAccessToken: true },
    [gapAuth, ...authRequest, ['X-Auth-Request-Access-Token', 'at-1']],
  ],
  ['the ID token', { setAuthorizationHeader: true }, [gapAuth, ['Authorization', 'Bearer id-1']]],
  ['Basic', { setBasicAuth: true, basicAuthPassword: 'pw' }, [gapAuth, ['Authorization', 'Basic dXNlci0xOnB3']]],
])('nginx gets %s', (_, options, expected) => {
  expect(headersWith(options).responseHeaders(jane)).toEqual(expected);
});

describe('values', () => {
  const everything = headersWith({ setXauthrequest: true, passAccessToken: true });

  test('nobody has no headers', () => {
    expect(everything.requestHeaders(undefined)).toEqual([]);
    expect(everything.responseHeaders(undefined)).toEqual([]);
  });

  test('empty values make no header, and the user name stands in for the e-mail', () => {
    const session = { ...jane, email: '', preferredUsername: '', groups: [], accessToken: undefined };
    expect(everything.responseHeaders(session)).toEqual([
      ['Gap-Auth', 'user-1'],
      ['X-Auth-Request-User', 'user-1'],
    ]);
  });

  test.each<[string, number | undefined, number, boolean]>([
    ['goes out while it is good', 1000, 999, true],
    ['is left out from the moment that it expires', 1000, 1000, false],
    ['goes out where nobody knows its end', undefined, 1000, true],
  ])('an access token %s; everything else stays', (_, expiresAtMs, now, isSent) => {
    const header = { setXauthrequest: true, passAccessToken: true, setAuthorizationHeader: true };
    const headers = headersWith(header, { clock: () => now });
    const session = { ...jane, expiresAtMs };
    const inResponse = new Map(headers.responseHeaders(session));
    expect([inResponse.has('X-Auth-Request-Access-Token'), inResponse.get('Authorization')]).toEqual([
      isSent,
      'Bearer id-1',
    ]);
    const inRequest = new Map(headers.requestHeaders(session));
    expect([inRequest.has('X-Forwarded-Access-Token'), inRequest.get('X-Forwarded-User')]).toEqual([isSent, 'user-1']);
  });

  test('roles are listed as the reference does', () => {
    const lines = new Map(everything.responseHeaders({ ...jane, roles: ['admin', 'app:reader'] }));
    expect(lines.get('X-Auth-Request-Groups')).toBe('dev,ops,role:admin,role:app:reader');
  });

  test('H-9: CR, LF and NUL in a claim become blanks', () => {
    const session = { ...jane, preferredUsername: 'a\r\nX-Injected: 1', groups: ['g\nh', 'x\0y'] };
    const lines = new Map(everything.responseHeaders(session));
    expect(lines.get('X-Auth-Request-Preferred-Username')).toBe('a  X-Injected: 1');
    expect(lines.get('X-Auth-Request-Groups')).toBe('g h,x y');
  });

  test('H-9: text beyond Latin-1 goes out as UTF-8 bytes', () => {
    const value = new Map(everything.responseHeaders({ ...jane, user: 'Žofie' })).get('X-Auth-Request-User') ?? '';
    expect(Buffer.from(value, 'latin1').toString('hex')).toBe('c5bd6f666965');
  });

  test('H-9: a comma in a group can be told apart in the JSON form', () => {
    const json = headersWith({ setXauthrequest: true, groupsHeaderFormat: 'json' });
    const session = { ...jane, groups: ['x,admin', 'größe "1"'] };
    const value = new Map(json.responseHeaders(session)).get('X-Auth-Request-Groups') ?? '';
    expect(value).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(value)).toEqual(session.groups);
    expect(json.responseHeaders({ ...jane, groups: [] }).map(([name]) => name)).not.toContain('X-Auth-Request-Groups');
  });

  test('H-10: one line per name', () => {
    const names = everything.responseHeaders({ ...jane, groups: ['a', 'b', 'c'] }).map(([name]) => name);
    expect(names.length).toBe(new Set(names).size);
  });

  test('X-8: headers over 3.5 KiB are still sent, and warned of once per user', () => {
    const warnings: string[] = [];
    const headers = headersWith(
      { setXauthrequest: true },
      { warnOfSize: ({ user }, bytes) => void warnings.push(`${user} ${bytes > 3584}`) },
    );
    const groups = Array.from({ length: 400 }, (_, i) => `group-${i}`);
    headers.responseHeaders(jane);
    expect(headers.responseHeaders({ ...jane, groups })).toHaveLength(5);
    headers.responseHeaders({ ...jane, groups });
    headers.responseHeaders({ ...jane, groups, user: 'user-2' });
    expect(warnings).toEqual(['user-1 true', 'user-2 true']);
  });
});
