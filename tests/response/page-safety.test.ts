// What the pages keep out, and how they travel.
import { staticAsset } from '../../src/response/assets.ts';
import type { Pages } from '../../src/response/pages.ts';
import { answerOf, error, pagesWith, signIn } from './sent-pages.ts';

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '{{7*7}}',
  '</title><svg onload=alert(1)>',
];

describe('O-1: nothing a stranger writes becomes markup', () => {
  const rawAttack = /<script>|<img src=x|<svg onload|'-alert/;

  test.each(attacks)('%s', async (attack) => {
    const named = pagesWith({}, { providerName: () => attack, emailDomains: [attack], prefix: '/oauth2' });
    const texts = { message: attack, debug: attack, requestId: attack, account: attack, returnTo: `/${attack}` };
    const pages = [
      await signIn(named, `/${attack}`),
      await error(texts, named),
      await error(texts, pagesWith({ showDebugOnError: true })),
    ];
    for (const { html } of pages) expect(html).not.toMatch(rawAttack);
  });

  test.each(['javascript:alert(1)', '//evil.example', '/\\evil.example', 'data:text/html,x', ''])(
    'no button leads to %j',
    async (returnTo) => {
      const { html } = await error({ returnTo });
      expect(html).toContain('href="/">Go back');
      expect(html).not.toMatch(/action="(?!\/)/);
    },
  );
});

describe('headers', () => {
  test.each(['sign-in', 'error'])('O-1, C-6: the %s page', async (kind) => {
    const { headers } = kind === 'error' ? await error() : await signIn(pagesWith());
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' https://idp.example.com; frame-ancestors 'none'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache, no-store, must-revalidate, max-age=0',
      expires: 'Thu, 01 Jan 1970 00:00:00 UTC',
      'x-accel-expires': '0',
    });
  });

  test('O-1: an origin cannot smuggle a directive', async () => {
    const formActionOrigins = () => ['https://a.example; script-src *', '*.ok.example'];
    const { headers } = await signIn(pagesWith({}, { formActionOrigins }));
    expect(headers.get('content-security-policy')).toContain("form-action 'self' *.ok.example;");
  });

  test('HEAD has the same headers and no body', async () => {
    const send = (res: Parameters<Pages['sendSignIn']>[0]) =>
      pagesWith().sendSignIn(res, { status: 403, returnTo: '/' });
    const get = await answerOf((_, res) => send(res));
    const head = await answerOf((_, res) => send(res), 'HEAD');
    expect(head.status).toBe(403);
    expect(head.html).toBe('');
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  });
});

test('pages load nothing inline and nothing foreign (BCP-14)', async () => {
  for (const { html } of [await signIn(pagesWith()), await error({ account: 'a' })]) {
    expect(html).not.toMatch(/<style|style=|<script(?![^>]* src="\/oauth2\/static\/)| on\w+=/);
    const loaded = [...html.matchAll(/<(?:link|script|img)[^>]* (?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
    expect(loaded).toHaveLength(3);
    for (const url of loaded) expect(staticAsset(url.replace('/oauth2/static', ''))).toBeDefined();
  }
});

test.each([
  ['/css/bulma.min.css', 'text/css; charset=utf-8'],
  ['css/all.min.css', 'text/css; charset=utf-8'],
  ['/js/pages.js', 'text/javascript; charset=utf-8'],
  ['/img/icon.svg', 'image/svg+xml'],
  ['/css/none.css', undefined],
  ['/../assets.ts', undefined],
  ['/', undefined],
])('static %s is %s', (path, contentType) => {
  expect(staticAsset(path)?.contentType).toBe(contentType);
});
