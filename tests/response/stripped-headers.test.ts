// What no client can say in our name.
import { headersWith, jane } from './jane.ts';

describe('H-6: the application sees only our values', () => {
  const names = [
    'X-Forwarded-User',
    'x-forwarded-email',
    'X_Forwarded_Groups',
    'X-Forwarded_Preferred-Username',
    'X_FORWARDED_ACCESS_TOKEN',
    'X-Forwarded-Email ',
    'X-Forwarded-Email\t',
    'X-Auth-Request-User',
    'x_auth_request_email',
    'X-Auth-Request-Anything',
    'GAP-Auth',
  ];

  test.each(names)('%j of a client is stripped, whatever is configured', (name) => {
    const bare = headersWith({ passUserHeaders: false, passBasicAuth: false });
    expect(bare.isStripped(name)).toBe(true);
    expect(bare.towardsUpstream([[name, 'spoof']], jane)).toEqual([]);
    expect(bare.towardsUpstream([[name, 'spoof']], undefined)).toEqual([]);
  });

  test('Authorization is replaced when we set it, and passes otherwise', () => {
    const client = [['Authorization', 'Basic c3Bvb2Y6']] as const;
    expect(headersWith().towardsUpstream(client, undefined)).toEqual(client);
    expect(headersWith({ passAuthorizationHeader: true }).towardsUpstream(client, undefined)).toEqual([]);
    expect(headersWith({ passAuthorizationHeader: true }).towardsUpstream(client, jane)).toContainEqual([
      'Authorization',
      'Bearer id-1',
    ]);
  });

  test('other headers pass', () => {
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Request-Id', 'Cookie']) {
      expect(headersWith().isStripped(name)).toBe(false);
    }
  });
});

test('with skip-auth-strip-headers=false ours follow the client’s', () => {
  const headers = headersWith({ skipAuthStripHeaders: false });
  const client = [
    ['x-forwarded-email', 'spoof@evil.test'],
    ['X-Auth-Request-User', 'spoof'],
  ] as const;
  expect(headers.towardsUpstream(client, jane)).toEqual([
    ['x-forwarded-email', 'spoof@evil.test,jane.doe@example.com'],
    ['X-Auth-Request-User', 'spoof'],
    ['X-Forwarded-Groups', 'dev,ops'],
    ['X-Forwarded-User', 'user-1'],
    ['X-Forwarded-Preferred-Username', 'jane'],
  ]);
});

test('several lines of one name become one, cookies stay readable', () => {
  const client = [
    ['X-Custom', 'one'],
    ['Cookie', 'a=1'],
    ['x-custom', 'two'],
    ['Cookie', 'b=2'],
  ] as const;
  expect(headersWith().towardsUpstream(client, undefined)).toEqual([
    ['X-Custom', 'one,two'],
    ['Cookie', 'a=1; b=2'],
  ]);
});
