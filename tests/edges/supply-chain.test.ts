// Is what we ship, and what we build on, free of what is known to be harmful?
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const lock = JSON.parse(text('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(lock.packages).map(([path, facts]) => ({
  ...facts,
  name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
}));
const shipped = locked.filter(({ name, dev }) => name !== '' && dev !== true);
const versionsOf = (name: string) => locked.filter((one) => one.name === name).map(({ version }) => version);
const isAtLeast = (version: string, least: string) =>
  version.localeCompare(least, 'en', { numeric: true, sensitivity: 'base' }) >= 0;

test.each(['jsonwebtoken', 'jws', 'jwa'])('L10: %s is not shipped', (name) => {
  expect(shipped.length).toBeGreaterThan(20); // or the lock file is read wrongly
  expect(shipped.map((one) => one.name)).not.toContain(name);
});

test.each(['tough-cookie', 'passport', 'express-openid-connect', 'oidc-provider', 'request'])(
  'L7, L8: %s is for tests at most',
  (name) => {
    expect(shipped.map((one) => one.name)).not.toContain(name);
  },
);

test.each([
  ['L4', 'path-to-regexp', '8.4.0'],
  ['L11', 'jose', '6.0.0'],
  ['L1', 'express', '5.3.0'],
  ['L3', 'body-parser', '2.0.0'],
  ['L5', 'qs', '6.14.1'],
  ['L6', 'cookie', '0.7.0'],
])('%s: every copy of %s is %s or newer', (_, name, least) => {
  const versions = versionsOf(name);
  expect(versions.length).toBeGreaterThan(0);
  for (const version of versions.filter((one) => shipped.some((facts) => facts.name === name && facts.version === one)))
    expect([version, isAtLeast(version, least)]).toEqual([version, true]);
});

test('L11: there is one jose, and its current major', () => {
  expect(versionsOf('jose')).toEqual([expect.stringMatching(/^6\./)]);
});

test('L17: tests and image run on Node.js 26', () => {
  expect(process.versions.node).toMatch(/^26\./);
  const bases = [...text('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(bases.length).toBeGreaterThan(0);
  for (const image of bases) expect(image).toMatch(/^node:26\b/);
});

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => statSync(join(root, file)).isFile());
}

const sources = filesUnder('src').filter((file) => file.endsWith('.ts'));

test.each<[string, RegExp]>([
  ['L1: a redirect of Express, which follows //evil.com', /\bres(?:ponse)?\s*\.redirect\(|\.location\(/],
  ['L2: a send of Express, which answers 304', /\bres(?:ponse)?(?:\s*\.status\([^)]*\))?\s*\.(?:send|json|sendFile)\(/],
  ['L5: a nested query parser', /from 'qs'|'query parser', '(?:extended|simple)'/],
  ['L14: headersDistinct', /headersDistinct/],
  ['O-1: evaluated text', /\beval\(|new Function\(/],
])('%s is nowhere in the sources', (_, pattern) => {
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.filter((file) => pattern.test(text(file)))).toEqual([]);
});

test.each([
  ['texts', 'src/lib/same-text.ts'],
  ['seals', 'src/session/open-seal.ts'],
  ['states', 'src/session/login-attempt.ts'],
  ['the cookie of an attempt', 'src/session/kept-attempt.ts'],
  ['the way back from a sign-out', 'src/session/sign-out-trip.ts'],
  ['what the reference signed', 'src/session/reference-signature.ts'],
  ['at_hash', 'src/provider/id-token-claims.ts'],
  ['passwords', 'src/provider/htpasswd.ts'],
])('C-7, M27: %s: compared in constant time', (_, file) => {
  expect(text(file)).toMatch(/timingSafeEqual\(|isSameText\(/);
  expect(text(file)).not.toMatch(/\b(?:mac|digest\([^)]*\)) [!=]== (?!undefined)|[!=]== (?:mac|digest\()/);
});

test('H-16: patterns of operators run on RE2 alone', () => {
  const judges = sources.filter((file) => /^src\/(?:policy|config)\//.test(file));
  expect(judges.filter((file) => /new RegExp\(/.test(text(file)))).toEqual([]);
});

/** What operators copy: configuration files, and the blocks of code in the documentation. */
function copied(): readonly (readonly [name: string, content: string])[] {
  const plain = [...filesUnder('nginx'), ...filesUnder('deploy')].filter((file) =>
    /\.(?:conf|ya?ml|json|ts)$/.test(file),
  );
  const documents = [...filesUnder('docs').filter((file) => file.endsWith('.md')), 'README.md'];
  return [
    ...plain.map((file) => [file, text(file)] as const),
    ...documents.flatMap((file) =>
      [...text(file).matchAll(/^```[^\n]*\n([^]*?)^```/gm)].map(([, block = '']) => [file, block] as const),
    ),
  ];
}

test('P27: nothing that operators copy turns a 401 into a 200', () => {
  expect(copied().length).toBeGreaterThan(10);
  const guilty = copied().filter(([, content]) => /error_page[^;#]*=\s*2\d\d/.test(content));
  expect(guilty.map(([name]) => name)).toEqual([]);
});

test('P27: the documentation warns against it', () => {
  expect(text('docs/nginx.md')).toMatch(/error_page 401 =200/);
});

test('K4: no redirect URI of an example holds a wildcard', () => {
  const lists = copied().flatMap(([name, content]) =>
    [...content.matchAll(/redirect[_-]?uris?"?\s*[:=]\s*(\[[^\]]*\]|"[^"]*")/gi)].map(([, list = '']) => [name, list]),
  );
  expect(lists.length).toBeGreaterThan(0);
  expect(lists.filter(([, list]) => /[*]|"\+"/.test(list ?? ''))).toEqual([]);
});

test('K3: the documentation names the Keycloak versions that one should have', () => {
  const documents = filesUnder('docs').map(text).join('\n');
  for (const version of ['26.7.2', '26.6.6', '26.4.15']) expect(documents).toContain(version);
});
