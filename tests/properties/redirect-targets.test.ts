// Whatever is given as a target, and wherever: the browser stays on the site or lands on an allowed host (security RD-1, RD-2, BCP-1).
import fc from 'fast-check';
import { cleanTarget, originForm } from '../../src/request/clean-target.ts';
import { readOriginalRequest } from '../../src/request/original-request.ts';
import { ownPath } from '../../src/request/own-endpoint.ts';
import { queryOf, readParameters } from '../../src/request/parameters.ts';
import { findRawRd, rawRdValue } from '../../src/request/raw-rd.ts';
import { returnTargets } from '../../src/request/read-return-to.ts';
import { compileWhitelist } from '../../src/request/whitelist.ts';
import { isSafe, judge, site, whitelisted } from '../support/browser-oracle.ts';
import { parsedRequest } from '../support/parsed-request.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const fragments = [
  ...[
    '/',
    '//',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '?',
    '#',
    '&',
    ';',
    '%',
    '%2f',
    '%5c',
    '%2e',
    '%09',
    '%00',
    '%25',
    ' ',
    '\t',
  ],
  ...[
    'https://',
    'http:',
    'javascript:',
    'evil.test',
    'good.example',
    'dotted.example',
    'any.example',
    'app.example.test',
  ],
  ...['/oauth2/', 'sign_out', 'start', 'rd=', '[', ']', '443', '\xe3\x80\x82', '\xc2\xa0', '\xff', 'x'],
];
const target = fc.oneof(
  wireText(fragments),
  wireText(fragments, 8).map((text) => `/${text}`),
  wireText(fragments, 6).map((text) => `https://${text}`),
);
const lineText = target.map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ''));
const asked = target.map((text) => `/${text.replace(/[^\x21-\x7e]|#/g, '')}`);

const targets = returnTargets({ whitelistDomains: whitelisted, proxyPrefix: '/oauth2' });
const read = readOriginalRequest({
  reverseProxy: true,
  trustedProxyIps: ['10.0.0.1'],
  realClientIpHeader: 'X-Real-IP',
  requestIdHeader: 'X-Request-Id',
  forwardedHeader: false,
});

interface Sent {
  readonly target: string;
  readonly lines: readonly string[];
  readonly remoteAddress: string;
}

/** Where the user of this request would be sent after signing in. */
async function returnTo({ target: text, lines, remoteAddress }: Sent): Promise<string | undefined> {
  const question = { target: text, host: 'app.example.test', lines: ['X-Forwarded-Proto: https', ...lines] };
  const req = await parsedRequest(question, { remoteAddress });
  if (req === undefined) return undefined;
  const original = read(req);
  const parameters = readParameters(queryOf(original.ownUri), { semicolons: false, rdToEnd: true });
  return targets.read(req, original, parameters.kind === 'ok' ? parameters : undefined);
}

const sources = fc.oneof(
  lineText.map((text) => ({ target: `/oauth2/start?rd=${text.replace(/[^\x21-\x7e]|#/g, '')}`, lines: [] })),
  lineText.map((text) => ({ target: '/oauth2/start', lines: [`X-Auth-Request-Redirect: ${text}`] })),
  lineText.map((text) => ({ target: '/oauth2/start', lines: [`X-Forwarded-Uri: ${text}`] })),
  asked.map((text) => ({ target: text, lines: [] as string[] })),
  fc.tuple(lineText, asked).map(([host, uri]) => ({
    target: '/oauth2/start',
    lines: [`X-Forwarded-Host: ${host.replaceAll('app.example.test', 'evil.test')}`, `X-Forwarded-Uri: ${uri}`],
  })),
);

test('RD-1, RD-2, L13: from every place, through the parser of Node, nothing leads off the site', async () => {
  let led = 0;
  await fc.assert(
    fc.asyncProperty(sources, fc.constantFrom('10.0.0.1', '203.0.113.9'), async (sent, remoteAddress) => {
      const found = await returnTo({ ...sent, remoteAddress });
      fc.pre(found !== undefined);
      if (found !== '/') led++;
      const text = Buffer.from(found).toString('latin1');
      expect([found, isSafe(found) && isSafe(text)]).toEqual([found, true]);
      const url = new URL(found, site);
      if (url.origin === site) expect(ownPath(url.pathname, '/oauth2')).toBe(false);
    }),
    runs(1200),
  );
  expect(led).toBeGreaterThan(10);
});

test('RD-2: what is allowed is allowed again, also when a browser has written it anew', () => {
  fc.assert(
    fc.property(target, (text) => {
      const found = judge(text);
      fc.pre(found !== undefined);
      expect(judge(found)).toBe(found);
      expect(isSafe(judge(new URL(found, site).href) ?? 'refused://')).toBe(true);
    }),
    runs(800),
  );
});

const label = fc.stringMatching(/^[a-z\d-]{1,6}$/);
const host = fc.array(fc.oneof(label, fc.constantFrom('foo', 'bar', 'test')), { minLength: 1, maxLength: 4 });
const port = fc.constantFrom('', '80', '443', '8080');

test('RD-3, A6, M21: an entry admits its host, its sub-domains if it says so, and its port', () => {
  const start = fc.constantFrom('', '.', '*.');
  const entryPort = fc.constantFrom('', ':8080', ':443', ':*', ':');
  fc.assert(
    fc.property(host, start, entryPort, host, port, label, (labels, dot, entryEnd, otherLabels, asking, glued) => {
      const root = labels.join('.');
      const admits = compileWhitelist([`${dot}${root}${entryEnd}`]);
      const isPort = (written: string) => entryEnd === ':*' || entryEnd.slice(1) === written;
      expect(admits(root, asking)).toBe(isPort(asking));
      expect(admits(`${glued}.${root}`, asking)).toBe(dot !== '' && isPort(asking));
      // Only a dot is a boundary.
      expect(admits(`${glued}${root}`, asking)).toBe(false);
      expect(admits(`${root}.${glued}`, asking)).toBe(
        dot !== '' && isPort(asking) && `${root}.${glued}`.endsWith(`.${root}`),
      );
      const other = otherLabels.join('.');
      const isUnder = other === root || (dot !== '' && other.endsWith(`.${root}`));
      expect(admits(other, asking)).toBe(isUnder && isPort(asking));
    }),
    runs(600),
  );
});

test('entries and hosts of any text: no entry without a host admits anything', () => {
  fc.assert(
    fc.property(wireText(['.', '*', ':', '[', ']', 'a', '80', ''], 5), fc.string(), port, (entry, name, asking) => {
      const admits = compileWhitelist([entry])(name, asking);
      if (admits) expect(name).not.toBe('');
      if (/^(?:\*?\.)?(?::.*)?$/.test(entry)) expect(admits).toBe(false);
    }),
    runs(600),
  );
});

test('RD-7: a raw target is found whatever it is, and comes out as it was written', () => {
  fc.assert(
    fc.property(target, fc.boolean(), (text, semicolons) => {
      const query = text.replaceAll('#', '');
      const found = findRawRd(query, { semicolons });
      if (found !== undefined) {
        expect(query.endsWith(found.written)).toBe(true);
        expect(query.slice(found.start)).toMatch(/^[&;]?rd=/);
        const value = rawRdValue(found.written);
        if (/^[!-~]*$/.test(found.written) && found.written.startsWith('/')) expect(value).toBe(found.written);
      }
      readParameters(query, { semicolons, rdToEnd: true });
    }),
    runs(1000),
  );
});

test('RD-8: no spelling of an endpoint of ours is a target', () => {
  const spelt = (text: string) =>
    fc.array(fc.nat(2), { minLength: text.length, maxLength: text.length }).map((ways) =>
      [...text]
        .map((character, at) => {
          const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
          return ways[at] === 0 ? `%${hex}` : ways[at] === 1 ? `%25${hex}` : character;
        })
        .join(''),
    );
  const endpoint = fc.constantFrom('sign_out', 'sign_in', 'start', 'callback').chain(spelt);
  const joint = fc.constantFrom('/', '/%2f', '/x/%2e%2e/', '/./', '//');
  const tail = fc.constantFrom('', '/', '?x', '/more', ';x', '#y', '%3f', '%23');
  fc.assert(
    fc.property(spelt('oauth2'), joint, endpoint, tail, (prefix, between, name, end) => {
      expect(judge(`/${prefix}${between}${name}${end}`)).toBeUndefined();
    }),
    runs(500),
  );
});

test('a tidy target is tidy, keeps its query, and cannot become another host', () => {
  fc.assert(
    fc.property(asked, (text) => {
      const cleaned = cleanTarget(text);
      const form = originForm(text);
      expect(form.startsWith('/')).toBe(true);
      if (cleaned === undefined) return;
      expect(cleanTarget(cleaned)).toBeUndefined();
      expect(cleaned.slice(cleaned.indexOf('?'))).toBe(
        text.includes('?') ? text.slice(text.indexOf('?')) : cleaned.at(-1),
      );
      expect(new URL(cleaned, site).origin).toBe(site);
      expect(cleaned).not.toMatch(/^\/[/\\]/);
    }),
    runs(800),
  );
});

test('V-3: no target costs more than its length', () => {
  const admits = compileWhitelist(whitelisted);
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (text) => [
        judge(text.slice(0, 16 * 1024)),
        cleanTarget(text),
        originForm(text),
        findRawRd(text, { semicolons: true }),
        rawRdValue(text),
        ownPath(text, '/oauth2'),
        admits(text, ''),
      ]),
    ),
    runs(40),
  );
});
