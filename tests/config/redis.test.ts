// Are mistakes about Redis told at start, all at once and without a password?
import { describe, expect, test } from '@jest/globals';
import { readRedisUrl } from '../../src/config/redis-url.ts';
import { load, pem, refusal } from './given.ts';

const store = '--session-store-type=redis';

describe('a URL', () => {
  test.each<[string, string, object | string]>([
    [
      'host and port',
      'redis://cache.example:6380',
      { kind: 'tcp', host: 'cache.example', port: 6380, isTls: false, database: 0 },
    ],
    ['defaults of both', 'redis://', { host: 'localhost', port: 6379, username: '', password: '' }],
    ['TLS', 'rediss://cache.example', { host: 'cache.example', port: 6379, isTls: true }],
    ['a database', 'redis://cache.example/7', { database: 7 }],
    ['a database behind the ?', 'redis://cache.example?db=7', { database: 7, unused: [] }],
    ['user and password, percent-encoded', 'redis://me:p%40ss%2F@h', { username: 'me', password: 'p@ss/' }],
    ['a password alone', 'redis://:pass@h', { username: '', password: 'pass' }],
    ['IPv6', 'redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['a socket', 'unix:///run/redis/redis.sock?db=2', { kind: 'unix', path: '/run/redis/redis.sock', database: 2 }],
    [
      'a socket with a password',
      'unix://me:pass@/run/r.sock',
      { path: '/run/r.sock', username: 'me', password: 'pass' },
    ],
    ['what only the reference knows', 'redis://h?pool_size=9', { unused: ['pool_size'] }],
    ['another scheme', 'http://h', 'must begin with redis://, rediss:// or unix://'],
    ['no URL', 'h:6379', 'must begin with redis://, rediss:// or unix://'],
    ['nothing', '', 'is no URL'],
    ['no number', 'redis://h/first', 'must end in the number of a database, as in redis://host:6379/0'],
    ['a socket without a path', 'unix://', 'names no socket'],
    ['broken encoding', 'redis://me:%zz@h', 'has a user name or password that is not percent-encoded'],
  ])('%s', (_, text, expected) => {
    const url = readRedisUrl(text);
    if (typeof expected === 'string') expect(url).toBe(expected);
    else expect(url).toMatchObject(expected);
  });
});

describe('refused at start', () => {
  test.each<[string, readonly string[], readonly [string, RegExp][]]>([
    ['no URL', [], [['--redis-connection-url', /^is required/]]],
    ['a bad URL', ['--redis-connection-url=http://h'], [['--redis-connection-url', /^must begin with redis:/]]],
    [
      'no sentinels',
      ['--redis-use-sentinel', '--redis-sentinel-master-name=m'],
      [['--redis-sentinel-connection-urls', /^is required/]],
    ],
    [
      'no name of the master',
      ['--redis-use-sentinel', '--redis-sentinel-connection-urls=redis://a'],
      [['--redis-sentinel-master-name', /^is required/]],
    ],
    ['no nodes', ['--redis-use-cluster'], [['--redis-cluster-connection-urls', /^is required/]]],
    [
      'the second URL of two, and nothing about the first',
      ['--redis-use-cluster', '--redis-cluster-connection-urls=redis://a,ftp://b'],
      [['--redis-cluster-connection-urls', /^\(number 2\) must begin/]],
    ],
    [
      'a socket in a cluster',
      ['--redis-use-cluster', '--redis-cluster-connection-urls=unix:///a'],
      [['--redis-cluster-connection-urls', /^names a socket/]],
    ],
    [
      'cluster and sentinels',
      ['--redis-use-cluster', '--redis-use-sentinel', '--redis-sentinel-master-name=m'],
      [['--redis-use-sentinel', /exclude each other/]],
    ],
    [
      'a CA that is missing',
      ['--redis-connection-url=redis://a', '--redis-ca-path=nope.pem'],
      [['--redis-ca-path', /there is no such file/]],
    ],
    [
      'a CA that is none',
      ['--redis-connection-url=redis://a', '--redis-ca-path=key.pem'],
      [['--redis-ca-path', /no certificates/]],
    ],
    [
      'all mistakes at once',
      ['--redis-use-sentinel', '--redis-sentinel-connection-urls=x', '--redis-ca-path=nope.pem'],
      [
        ['--redis-sentinel-connection-urls', /is no URL/],
        ['--redis-sentinel-master-name', /is required/],
        ['--redis-ca-path', /there is no such file/],
      ],
    ],
  ])('%s', (_, argv, expected) => {
    const { problems } = refusal(() => load({ argv: [store, ...argv], files: { 'key.pem': pem } }));
    expect(problems.map(({ option, what }) => [option, what])).toEqual(
      expected.map(([option, what]) => [option, expect.stringMatching(what)]),
    );
  });

  test('sessions in cookies may have a Redis beside them, and without a URL nothing is asked of it', () => {
    expect(load({ argv: ['--redis-connection-url=redis://a'] }).warnings).toEqual([]);
    expect(load({ argv: ['--redis-use-cluster', '--redis-ca-path=nope.pem'] }).warnings).toEqual([]);
    expect(() => load({ argv: ['--redis-connection-url=http://a'] })).toThrow('must begin with redis://');
  });

  test('a password in a bad URL is not shown', () => {
    const argv = [store, '--redis-connection-url=http://me:pass-word@h'];
    expect(refusal(() => load({ argv })).message).not.toContain('pass-word');
  });
});

describe('warned of', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'a URL of another form',
      [store, '--redis-connection-url=redis://a', '--redis-cluster-connection-urls=redis://b'],
      /redis-cluster-connection-urls is not used/,
    ],
    [
      'what means nothing here',
      [store, '--redis-connection-url=redis://a?pool_size=3'],
      /pool_size behind the \? means nothing here/,
    ],
    [
      'a database in a cluster',
      [store, '--redis-use-cluster', '--redis-cluster-connection-urls=redis://a/3'],
      /number 3 is not used, database 0 is/,
    ],
    [
      'certificates that nobody checks',
      [store, '--redis-connection-url=redis://a', '--redis-insecure-skip-tls-verify'],
      /redis-insecure-skip-tls-verify is insecure/,
    ],
  ])('%s', (_, argv, expected) => {
    expect(load({ argv }).warnings).toEqual([expect.stringMatching(expected)]);
  });
});
