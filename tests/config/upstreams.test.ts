// Which upstreams does a configuration make, in either form?
import { describe, expect, test } from '@jest/globals';
import { judgeUpstreams } from '../../src/config/upstream.ts';
import type { Destination } from '../../src/config/upstream-destination.ts';
import type { WrittenUpstream } from '../../src/config/upstream.ts';
import { load, refusal } from './given.ts';

const http = (url: string, socketPath?: string): Destination => ({ kind: 'http', origin: new URL(url), socketPath });

describe('--upstream', () => {
  test.each<[string, string, string, string, Destination]>([
    ['the root', 'http://a:8080', '/', '/', http('http://a:8080')],
    ['a prefix', 'https://a/b/', '/b/', '/b/', http('https://a/b/')],
    ['an exact path', 'http://a/b', '/b', '/b', http('http://a/b')],
    ['an encoded path', 'http://a/b%20%C3%BC', '/b ü', '/b ü', http('http://a/b%20%C3%BC')],
    ['a status', 'static://202', 'static://202', '/', { kind: 'static', status: 202 }],
    ['365: no status', 'static://abc', 'static://abc', '/', { kind: 'static', status: 200 }],
    ['a status that ends no request', 'static://101', 'static://101', '/', { kind: 'static', status: 200 }],
    ['a status with a path', 'static://418/x', 'static://418/x', '/', { kind: 'static', status: 418 }],
    ['a socket', 'unix:///run/app.sock', '/run/app.sock', '/', http('http://localhost', '/run/app.sock')],
    [
      '366: a folder and its mount',
      'file:///var/lib/website#/bar',
      '/bar',
      '/bar',
      { kind: 'files', root: '/var/lib/website' },
    ],
    ['a folder', 'file:///var/www/', '/var/www/', '/var/www/', { kind: 'files', root: '/var/www/' }],
    ['a folder with escapes', 'file:///var/a%20b#/%C3%BC/', '/ü/', '/ü/', { kind: 'files', root: '/var/a b' }],
  ])('%s', (_, text, id, path, destination) => {
    expect(load({ argv: [`--upstream=${text}`] }).upstreamConfig).toEqual({
      proxyRawPath: false,
      upstreams: [expect.objectContaining({ id, path, destination, rewriteTarget: undefined })],
    });
  });

  test('has the settings of all upstreams', () => {
    const argv = [
      '--upstream=http://a',
      '--ssl-upstream-insecure-skip-verify',
      '--pass-host-header=false',
      '--proxy-websockets=false',
    ];
    const more = ['--disable-keep-alives', '--upstream-timeout=7s', '--flush-interval=2s'];
    expect(load({ argv: [...argv, ...more] }).upstreamConfig.upstreams).toEqual([
      expect.objectContaining({
        insecureSkipTlsVerify: true,
        passHostHeader: false,
        proxyWebsockets: false,
        disableKeepAlives: true,
        timeoutMs: 7_000,
        flushIntervalMs: 2_000,
      }),
    ]);
  });

  test('every problem is told, with what was written and what to do', () => {
    const texts = [
      'http://[bad',
      'gopher://x/',
      'app:80',
      'http://a/x',
      'http://u:hunter2@b/x',
      'unix://run/a',
      'file://www',
      'file:///w#bar',
    ];
    const { problems } = refusal(() => load({ argv: texts.map((text) => `--upstream=${text}`) }));
    expect(problems.map(({ option, what, remedy }) => [option, what, remedy])).toEqual([
      ['--upstream', '"http://[bad" is no usable URL', undefined],
      ['--upstream', expect.stringMatching(/^"gopher:\/\/x\/" must begin with http:/), undefined],
      ['--upstream', expect.stringMatching(/^"app:80" must begin with http:/), 'did you mean http://app:80?'],
      ['--upstream', '"http://u:***@b/x" and "http://a/x" both have the path "/x"', 'give each a path of its own'],
      ['--upstream', '"unix://run/a" names no socket', 'write unix:///run/app.sock'],
      ['--upstream', '"file://www" names no folder', 'write file:///var/www/#/'],
      ['--upstream', '"file:///w#bar" has the path "bar", which must begin with /', expect.any(String)],
    ]);
  });

  test('a folder that is not there is warned of, for it may be mounted later', () => {
    expect(load({ argv: ['--upstream=file:///none#/'] }).warnings).toEqual([
      '--upstream names the folder "/none", but there is no such file',
    ]);
  });

  test.each<[string, string, RegExp]>([
    ['no colon', 'hunter2', /exactly one colon/],
    ['two colons', 'sha256:hunter2:b', /exactly one colon/],
    ['an unknown hash', 'rot13:hunter2', /must begin with a known algorithm/],
    ['a hash that OpenSSL has no more', 'md4:hunter2', /must begin with a known algorithm/],
  ])('a --signature-key with %s is refused and not shown', (_, key, line) => {
    const { message } = refusal(() => load({ argv: [`--signature-key=${key}`] }));
    expect(message).toMatch(line);
    expect(message).not.toMatch(/hunter2|rot13/);
  });
});

describe('the alpha form', () => {
  const good: WrittenUpstream = { id: 'a', path: '/', uri: 'http://a' };

  test('has defaults', () => {
    expect(judgeUpstreams([good])).toEqual({
      problems: [],
      upstreams: [
        {
          id: 'a',
          path: '/',
          rewriteTarget: undefined,
          destination: http('http://a'),
          insecureSkipTlsVerify: false,
          passHostHeader: true,
          proxyWebsockets: true,
          disableKeepAlives: false,
          timeoutMs: 30_000,
          flushIntervalMs: 1_000,
        },
      ],
    });
  });

  test('knows static answers, patterns and folders', () => {
    const { upstreams, problems } = judgeUpstreams([
      { id: 's', path: '/s', static: true, staticCode: 418 },
      { id: 't', path: '/t', static: true },
      { id: 'r', path: '^/api/(.*)$', rewriteTarget: '/$1', uri: 'http://a' },
      { id: 'f', path: '/f/', uri: 'file:///var/www' },
    ]);
    expect(problems).toEqual([]);
    expect(upstreams.map(({ id, rewriteTarget, destination }) => [id, rewriteTarget, destination])).toEqual([
      ['s', undefined, { kind: 'static', status: 418 }],
      ['t', undefined, { kind: 'static', status: 200 }],
      ['r', '/$1', http('http://a')],
      ['f', undefined, { kind: 'files', root: '/var/www' }],
    ]);
  });

  test.each<[string, readonly WrittenUpstream[], readonly RegExp[]]>([
    ['no id', [{ ...good, id: '' }], [/^"\/" has no id$/]],
    ['no path', [{ ...good, path: undefined }], [/^"a" has no path$/]],
    ['no uri', [{ ...good, uri: undefined }], [/^"a" has no uri$/]],
    ['an id twice', [good, { ...good, path: '/b' }], [/^"a" and "a" both have the id "a"$/]],
    ['a path twice', [good, { ...good, id: 'b' }], [/^"b" and "a" both have the path "\/"$/]],
    ['357: a pattern without a rewriteTarget', [{ ...good, path: '^/api/$' }], [/must begin with \/$/]],
    ['no pattern', [{ ...good, path: '(', rewriteTarget: '/' }], [/is no regular expression: /]],
    [
      'a pattern of another dialect',
      [{ ...good, path: '^/(?=x)', rewriteTarget: '/' }],
      [/is no regular expression: /],
    ],
    ['a code without static', [{ ...good, staticCode: 202 }], [/^"a" has a staticCode, but is not static$/]],
    ['static with a uri', [{ ...good, static: true }], [/^"a" is static, so that its uri/]],
    [
      'a code that answers nothing',
      [{ id: 'a', path: '/', static: true, staticCode: 100 }],
      [/^"a" has the staticCode 100/],
    ],
    [
      'several at once',
      [{}, { ...good, uri: 'ftp://x' }],
      [/has no id/, /has no path/, /has no uri/, /^"a" must begin with http/],
    ],
  ])('%s is refused', (_, written, lines) => {
    const { problems, upstreams } = judgeUpstreams(written);
    expect(problems.map(({ what }) => what)).toEqual(lines.map((line) => expect.stringMatching(line)));
    expect(upstreams.length).toBeLessThan(written.length);
  });
});
