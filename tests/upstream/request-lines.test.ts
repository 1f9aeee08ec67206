// What does an upstream see of a request's line and headers?
import {
  cleanUp,
  echo,
  get,
  seenThrough,
  send,
  startFront,
  startUpstream,
  valuesOf,
} from '../support/upstream-front.ts';

afterEach(cleanUp);

describe('a request', () => {
  test.each([
    '/a/b?c=d',
    '/foo%2fbar/?baz=1',
    '/foo?',
    '/a;b=c',
    '/a:b',
    '/*',
    "/a!$&'()*+,;=:@",
    '/x?y=%zz',
    '/x?a=//b/../c#d',
    'http://other.example/x?y',
  ])('358, 359: %s is forwarded byte for byte', async (target) => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const seen = await seenThrough(front, get(target));
    expect([seen.method, seen.url]).toEqual(['GET', target]);
    expect(front.ids).toEqual(['/']);
  });

  test('the path of an upstream is a key and never put in front', async () => {
    const front = await startFront([`${(await startUpstream(echo)).url}/one/`]);
    expect((await seenThrough(front, get('/one/x'))).url).toBe('/one/x');
    expect(front.ids).toEqual(['/one/']);
  });

  test.each<[string, boolean, RegExp]>([
    ["the client's host", true, /^app\.example\.com$/],
    ["the upstream's host", false, /^127\.0\.0\.1:\d+$/],
  ])('carries %s', async (_, passHostHeader, host) => {
    const front = await startFront([(await startUpstream(echo)).url], { passHostHeader });
    expect(valuesOf(await seenThrough(front, get('/x')), 'host')).toEqual([expect.stringMatching(host)]);
  });

  test('360: the peer is appended to X-Forwarded-For, the rest passes unchanged', async () => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const seen = await seenThrough(
      front,
      get(
        '/x',
        'X-Forwarded-For: 1.1.1.1',
        'X-Forwarded-For: 2.2.2.2',
        'Forwarded: for=1.2.3.4',
        'X-Forwarded-Host: h',
        'X-Forwarded-Proto: https',
      ),
    );
    expect(valuesOf(seen, 'x-forwarded-for')).toEqual(['1.1.1.1,2.2.2.2, 127.0.0.1']);
    expect(['forwarded', 'x-forwarded-host', 'x-forwarded-proto'].map((name) => valuesOf(seen, name))).toEqual([
      ['for=1.2.3.4'],
      ['h'],
      ['https'],
    ]);
    expect(valuesOf(await seenThrough(front, get('/x')), 'x-forwarded-for')).toEqual(['127.0.0.1']);
  });

  test('332: repeated headers are joined by a comma, cookies as cookies are', async () => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const seen = await seenThrough(
      front,
      get('/x', 'X-Custom: one', 'x-custom: two', 'Cookie: a=1', 'Cookie: b=2; c=3'),
    );
    expect(valuesOf(seen, 'x-custom')).toEqual(['one,two']);
    expect(valuesOf(seen, 'cookie')).toEqual(['a=1; b=2; c=3']);
  });

  test('hop-by-hop headers stay behind, and so does what Connection lists', async () => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const lines = [
      'Connection: X-Secret-Hop',
      'X-Secret-Hop: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Authorization: x',
      'Proxy-Connection: keep-alive',
      'TE: gzip',
      'Trailer: X-T',
      'Upgrade: foo',
    ];
    const seen = await seenThrough(front, get('/x', ...lines));
    expect(seen.headers.map(([name]) => name).toSorted()).toEqual(['connection', 'host', 'x-forwarded-for']);
  });

  test.each([
    'Connection: X-Forwarded-User, close',
    'Connection: close, x-FORWARDED-user',
    'Connection: close\r\nConnection: X-Forwarded-User',
  ])('N11, P22: "%s" does not take our identity header away', async (line) => {
    const front = await startFront([(await startUpstream(echo)).url], {
      requestHeaders: [['X-Forwarded-User', 'jane']],
    });
    const seen = await seenThrough(front, get('/x', line, 'X-Forwarded-User: admin'));
    expect(valuesOf(seen, 'x-forwarded-user')).toEqual(['jane']);
  });

  test.each(['X-Forwarded-Email', 'x-forwarded-email', 'X_Forwarded_Email', 'X-Forwarded_Email'])(
    'H-6: a %s of the client is replaced by ours',
    async (name) => {
      const front = await startFront([(await startUpstream(echo)).url], {
        requestHeaders: [['X-Forwarded-Email', 'jane@x.test']],
        isIdentityHeader: (given) => given.toLowerCase().replaceAll('_', '-') === 'x-forwarded-email',
      });
      const seen = await seenThrough(front, get('/x', `${name}: admin@x.test`));
      const spellings = seen.headers.filter(([key]) => key.replaceAll('_', '-') === 'x-forwarded-email');
      expect(spellings).toEqual([['x-forwarded-email', 'jane@x.test']]);
    },
  );

  test.each(['X-Forwarded-Email : a', 'X-Forwarded-Email\t: a'])('H-6: "%s" is no request', async (line) => {
    const front = await startFront([(await startUpstream(echo)).url]);
    expect(await send(front.port, get('/x', line)).closed()).toMatch(/^HTTP\/1.1 400 /);
  });

  test('334: client values that may stay come before ours', async () => {
    const front = await startFront([(await startUpstream(echo)).url], {
      requestHeaders: [['X-Forwarded-Groups', 'dev,ops']],
    });
    expect(valuesOf(await seenThrough(front, get('/x', 'X-Forwarded-Groups: admin')), 'x-forwarded-groups')).toEqual([
      'admin,dev,ops',
    ]);
  });

  test('H-9: bytes beyond ASCII arrive as they are', async () => {
    const front = await startFront([(await startUpstream(echo)).url], {
      requestHeaders: [['X-Forwarded-User', Buffer.from('jürgen').toString('latin1')]],
    });
    const [user = ''] = valuesOf(await seenThrough(front, get('/x')), 'x-forwarded-user');
    expect(Buffer.from(user, 'latin1').toString('hex')).toBe('6ac3bc7267656e');
  });
});
