// Which cookie secrets count, in which order, from whatever source?
import { describe, expect, test } from '@jest/globals';
import { good, load, loadOnly, refusal, type Place } from './given.ts';

const bare = good.filter((flag) => !flag.startsWith('--cookie-secret'));
const [a, b, c] = ['a-secret-with-16-bytes', 'b,secret,with,commas', 'c-secret-with-16-bytes'] as const;
const files = { 'a,1': `${a}\n`, b, c };
const secret = 'OAUTH2_PROXY_COOKIE_SECRET';

// prettier-ignore
test.each<[string, Place, readonly string[]]>([
  ['one flag', { argv: [`--cookie-secret=${b}`] }, [b]],
  ['a repeated flag', { argv: [`--cookie-secret=${b}`, `--cookie-secret=${a}`] }, [b, a]],
  ['a text in the file', { toml: `cookie_secret = "${b}"` }, [b]],
  ['an array in the file', { toml: `cookie_secret = ["${b}", "${a}"]` }, [b, a]],
  ['one variable, commas and all', { env: { [secret]: b } }, [b]],
  ['numbered variables, by number', { env: { [`${secret}_10`]: c, [`${secret}_2`]: b, [secret]: a } }, [a, b, c]],
  ['numbers with gaps, and none at the front', { env: { [`${secret}_3`]: b, [`${secret}_7`]: a } }, [b, a]],
  ['an empty variable among them', { env: { [secret]: a, [`${secret}_1`]: '', [`${secret}_2`]: b } }, [a, b]],
  ['a source as a whole outranks the next', { argv: [`--cookie-secret=${a}`], env: { [`${secret}_1`]: b } }, [a]],
  ['a file, line break and all', { argv: ['--cookie-secret-file=a,1'], files }, [`${a}\n`]],
  ['files by repeated flags', { argv: ['--cookie-secret-file=b', '--cookie-secret-file=a,1'], files }, [b, `${a}\n`]],
  ['files in an array', { toml: 'cookie_secret_file = ["c", "b"]', files }, [c, b]],
  ['files in numbered variables', { env: { [`${secret}_FILE`]: 'c', [`${secret}_FILE_1`]: 'b' }, files }, [c, b]],
  ['empty values hide no file', { argv: ['--cookie-secret=', '--cookie-secret-file=c'], files }, [c]],
])('%s', (_, place, secrets) => {
  const { config, warnings } = loadOnly({ ...place, argv: [...bare, ...(place.argv ?? [])] });
  expect(config.cookie.cookieSecret).toEqual(secrets);
  expect(warnings).toEqual([]);
});

const short = 'must hold at least 16 bytes, but has 5; hint: make one with: openssl rand -base64 32';
const repeated = 'is the same secret as one before it; hint: leave one of them';

// prettier-ignore
describe('what stops the start is named as the user wrote it', () => {
  test.each<[string, Place, string]>([
    ['the only one', { argv: ['--cookie-secret=short'] }, `--cookie-secret ${short}`],
    ['one of several flags', { argv: [`--cookie-secret=${a}`, '--cookie-secret=short'] }, `--cookie-secret number 2 ${short}`],
    ['an empty one among several', { argv: [`--cookie-secret=${a}`, '--cookie-secret='] }, `--cookie-secret number 2 ${short.replace('5', '0')}`],
    ['one in an array', { toml: `cookie_secret = ["short", "${a}"]` }, `cookie_secret in proxy.cfg number 1 ${short}`],
    ['a table in its place', { toml: 'cookie_secret = { a = 1 }' }, 'cookie_secret.a in proxy.cfg, line 1, is not a known key'],
    ['a table in the array', { toml: `cookie_secret = ["${a}", { a = 1 }]` }, 'cookie_secret in proxy.cfg must be a text, or several in an array'],
    ['one variable', { env: { [secret]: a, [`${secret}_4`]: 'short' } }, `${secret}_4 ${short}`],
    ['one of the files', { argv: ['--cookie-secret-file=c', '--cookie-secret-file=d'], files: { ...files, d: 'short' } }, `--cookie-secret-file number 2 ${short}`],
    ['an empty file', { argv: ['--cookie-secret-file=d'], files: { d: '' } }, `--cookie-secret-file ${short.replace('5', '0')}`],
    ['a file that is not there', { env: { [`${secret}_FILE`]: 'c', [`${secret}_FILE_1`]: 'd' }, files }, `${secret}_FILE_1 names "d", but there is no such file`],
    ['a secret that is there twice', { argv: [`--cookie-secret=${a}`, `--cookie-secret=${b}`, `--cookie-secret=${a} `] }, `--cookie-secret number 3 ${repeated}`],
    ['one in two files', { env: { [`${secret}_FILE`]: 'c', [`${secret}_FILE_1`]: 'd' }, files: { c, d: `${c}\n` } }, `${secret}_FILE_1 ${repeated}`],
  ])('%s', (_, place, line) => {
    const { message, problems } = refusal(() => loadOnly({ ...place, argv: [...bare, ...(place.argv ?? [])] }));
    expect(message).toMatch(/^invalid configuration:\n/);
    expect(message.split('\n').find((other) => other.includes(line.slice(0, 20)))).toContain(line);
    expect(message).not.toMatch(/secret-with|secret,with/);
    expect(problems.length).toBeLessThanOrEqual(2);
  });
});

// prettier-ignore
test.each<[string, Place, string]>([
  ['a file that does not count', { argv: ['--cookie-secret-file=no-such-file'] }, '--cookie-secret-file is not read: a cookie secret that is given outranks it'],
  ['a number that is none', { env: { [`${secret}_A`]: b } }, `${secret}_A is not a known variable and is not read`],
  ['a number for what is no series', { env: { OAUTH2_PROXY_CLIENT_SECRET_1: b } }, 'OAUTH2_PROXY_CLIENT_SECRET_1 is not a known variable and is not read'],
])('a warning: %s', (_, place, warning) => {
  const { warnings, config } = load(place);
  expect(warnings.join('\n')).toContain(warning);
  expect(config.cookie).toMatchObject({ cookieSecret: ['s3cret-of-the-cookie'], cookieSecretFile: [] });
});

test('a warning: two secrets in one file are one secret', () => {
  const { warnings, config } = loadOnly({ argv: [...bare, '--cookie-secret-file=f'], files: { f: `${a}\n${b}\n` } });
  expect(config.cookie.cookieSecret).toEqual([`${a}\n${b}\n`]);
  expect(warnings).toEqual([
    '--cookie-secret-file holds several lines, which make one secret; each secret has a file of its own',
  ]);
});
