// How does a folder answer? As Go's file server does, which the reference uses.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkTo } from '../../src/upstream/folder-page.ts';
import { typeOfBytes } from '../../src/upstream/file-type.ts';
import { bodyOf, cleanUp, get, linesOf, send, startFront, type Site } from '../support/upstream-front.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
const site = join(folder, 'www');
const changed = new Date('2024-01-01T00:00:00.500Z');

beforeAll(() => {
  const files: Readonly<Record<string, string>> = {
    'www/hello.txt': 'hello\n',
    'www/page.html': '<p>hi</p>',
    'www/data.json': '{"a":1}',
    'www/style.css': 'p{}',
    'www/README': 'read me',
    'www/page-without-ending': '<!DOCTYPE html>',
    'www/binary': '\0\x01\x02',
    'www/empty': '',
    'www/.well-known/security.txt': 'Contact: x',
    'www/indexed/index.html': '<p>index</p>',
    'www/list/b.txt': '1',
    'www/list/a&b <i>.txt': '2',
    'www/list/javascript:x': '3',
    'www/list/folder/x': '4',
    'www/list/ä?#.txt': '5',
    'secret.txt': 'secret',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  symlinkSync('../secret.txt', join(site, 'linked.txt')); // as ConfigMaps are mounted
  for (const name of ['hello.txt', 'list']) utimesSync(join(site, name), changed, changed);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(cleanUp);

async function ask(
  target: string,
  { sites = [`file://${site}#/files/`] as readonly Site[], method = 'GET', lines = [] as readonly string[] } = {},
) {
  const front = await startFront(sites, { responseHeaders: [['Gap-Auth', 'jane']] });
  const text = await send(front.port, get(target, ...lines).replace('GET', method)).closed();
  const headers = linesOf(text);
  const valueOf = (name: string) => headers.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { status: Number(text.slice(9, 12)), body: bodyOf(text), headers, valueOf, problems: front.problems };
}

test.each<[string, string, string, string]>([
  ['a text', '/files/hello.txt', 'text/plain; charset=utf-8', 'hello\n'],
  ['a page', '/files/page.html', 'text/html; charset=utf-8', '<p>hi</p>'],
  ['JSON', '/files/data.json', 'application/json', '{"a":1}'],
  ['a style sheet', '/files/style.css', 'text/css; charset=utf-8', 'p{}'],
  ['a text without an ending', '/files/README', 'text/plain; charset=utf-8', 'read me'],
  ['a page without an ending', '/files/page-without-ending', 'text/html; charset=utf-8', '<!DOCTYPE html>'],
  ['bytes without an ending', '/files/binary', 'application/octet-stream', '\0\x01\x02'],
  ['nothing', '/files/empty', 'text/plain; charset=utf-8', ''],
  ['what begins with a dot', '/files/.well-known/security.txt', 'text/plain; charset=utf-8', 'Contact: x'],
  ['where a link leads', '/files/linked.txt', 'text/plain; charset=utf-8', 'secret'],
  ['an index', '/files/indexed/', 'text/html; charset=utf-8', '<p>index</p>'],
  ['an escaped name', '/files/list/%C3%A4%3F%23.txt', 'text/plain; charset=utf-8', '5'],
  ['with a query', '/files/hello.txt?x=1', 'text/plain; charset=utf-8', 'hello\n'],
])('%s is served', async (_, target, type, body) => {
  const answer = await ask(target);
  expect([answer.status, answer.valueOf('content-type'), answer.body]).toEqual([200, type, body]);
  expect(answer.valueOf('gap-auth')).toBe('jane');
  expect(answer.valueOf('last-modified')).toMatch(/gmt$/);
  expect(answer.headers.join()).not.toMatch(/etag|cache-control/);
});

test.each<[string, string, number, string]>([
  ['the index by its name', '/files/indexed/index.html', 301, './'],
  ['the index by its name, with a query', '/files/indexed/index.html?a=b', 301, './?a=b'],
  ['a folder without its slash', '/files/indexed', 301, 'indexed/'],
  ['a file with a slash too many', '/files/hello.txt/', 301, '../hello.txt'],
  ['what is not there', '/files/none.txt', 404, ''],
  ['below a file', '/files/hello.txt/x', 404, ''],
  ['a name with a NUL', '/files/a%00b', 404, ''],
  ['a name that is no UTF-8', '/files/%FF', 404, ''],
  ['a name that is too long', `/files/${'x'.repeat(300)}`, 404, ''],
  ['beside the mount', '/other', 404, ''],
])('%s', async (_, target, status, location) => {
  const answer = await ask(target);
  expect([answer.status, answer.valueOf('location') ?? '']).toEqual([status, location]);
  expect(answer.body).toBe(status === 404 ? '404 page not found\n' : '');
  expect(answer.problems).toEqual([]);
});

test.each([
  '/files/..%2fsecret.txt',
  '/files/%2e%2e/secret.txt',
  '/files/%2e%2e%2fsecret.txt',
  '/files/list/..%2f..%2f..%2fsecret.txt',
])('P26: %s leads to no file beside the folder, whichever paths are matched', async (target) => {
  expect((await ask(target)).status).toBe(301);
  const raw = await startFront([`file://${site}#/files/`], { proxyRawPath: true });
  const text = await send(raw.port, get(target)).closed();
  expect(text).toMatch(/^HTTP\/1.1 404 /);
  expect(text).not.toContain('secret');
});

test('the folder is listed by the bytes of its names, escaped for links and for text (O-1)', async () => {
  const { status, body, valueOf } = await ask('/files/list/');
  expect([status, valueOf('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const links = Buffer.from(body, 'latin1')
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('<a '));
  expect(links).toEqual([
    '<a href="a&amp;b%20%3Ci%3E.txt">a&amp;b &lt;i&gt;.txt</a>',
    '<a href="b.txt">b.txt</a>',
    '<a href="folder/">folder/</a>',
    '<a href="./javascript:x">javascript:x</a>',
    '<a href="%C3%A4%3F%23.txt">ä?#.txt</a>',
  ]);
  expect(linkTo('\\\\evil.example')).toBe('%5C%5Cevil.example');
});

test.each<[string, readonly string[], number, string, string]>([
  ['a range', ['Range: bytes=1-3'], 206, 'bytes 1-3/6', 'ell'],
  ['the last bytes', ['Range: bytes=-2'], 206, 'bytes 4-5/6', 'o\n'],
  ['a range beyond the end', ['Range: bytes=10-'], 416, 'bytes */6', 'invalid range: failed to overlap\n'],
  [
    'a range if nothing has changed',
    ['Range: bytes=1-3', 'If-Range: Mon, 01 Jan 2024 00:00:00 GMT'],
    206,
    'bytes 1-3/6',
    'ell',
  ],
  [
    'a range if nothing had changed',
    ['Range: bytes=1-3', 'If-Range: Mon, 01 Jan 2020 00:00:00 GMT'],
    200,
    '',
    'hello\n',
  ],
  ['news since', ['If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT'], 304, '', ''],
  ['news since long ago', ['If-Modified-Since: Mon, 01 Jan 2020 00:00:00 GMT'], 200, '', 'hello\n'],
  ['if unchanged since', ['If-Unmodified-Since: Mon, 01 Jan 2020 00:00:00 GMT'], 412, '', ''],
])('%s of a file is understood', async (_, lines, status, range, body) => {
  const answer = await ask('/files/hello.txt', { lines });
  expect([answer.status, answer.valueOf('content-range') ?? '', answer.body]).toEqual([status, range, body]);
  expect(answer.valueOf('gap-auth')).toBe('jane');
});

test('HEAD has the length and no body, of files and of lists', async () => {
  const file = await ask('/files/hello.txt', { method: 'HEAD' });
  expect([file.status, file.valueOf('content-length'), file.body]).toEqual([200, '6', '']);
  const list = await ask('/files/list/', { method: 'HEAD' });
  expect([list.status, Number(list.valueOf('content-length')) > 0, list.body]).toEqual([200, true, '']);
});

test('a list that has not changed is not sent again', async () => {
  const { status } = await ask('/files/list/', { lines: ['If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT'] });
  expect(status).toBe(304);
});

test.each<[string, () => Site, string, number, string]>([
  ['a folder without a mount answers under its own path alone', () => `file://${site}`, '/hello.txt', 404, ''],
  ['a folder with a slash answers below its own path', () => `file://${site}/`, `${site}/hello.txt`, 200, 'hello\n'],
  ['a mount without a slash shows the folder itself', () => `file://${site}/indexed#/x`, '/x', 200, '<p>index</p>'],
  ['a single file can be mounted', () => `file://${site}/hello.txt#/x`, '/x', 200, 'hello\n'],
  ['a folder that is not there', () => `file://${folder}/none#/`, '/x', 404, ''],
  [
    'a rewritten path is looked up',
    () => ({ id: 'docs', path: '^/docs/([a-z]+)$', rewriteTarget: '/$1.txt', uri: `file://${site}` }),
    '/docs/hello',
    200,
    'hello\n',
  ],
])('%s', async (_, siteOf, target, status, body) => {
  const answer = await ask(target, { sites: [siteOf()] });
  expect([answer.status, answer.body]).toEqual([status, status === 404 ? '404 page not found\n' : body]);
});

test.each<[string, string, string]>([
  ['a page behind blanks', '\n <html>', 'text/html; charset=utf-8'],
  ['XML', '<?xml version="1.0"?>', 'text/xml; charset=utf-8'],
  ['a picture', '\x89PNG\r\n\x1a\n\0', 'image/png'],
  ['a document', '%PDF-1.7', 'application/pdf'],
  ['an archive', '\x1f\x8b\x08\0', 'application/x-gzip'],
  ['words', 'h\xc3\xa9llo', 'text/plain; charset=utf-8'],
  ['anything else', 'a\0b', 'application/octet-stream'],
])('what begins like %s', (_, bytes, type) => {
  expect(typeOfBytes(bytes)).toBe(type);
});
