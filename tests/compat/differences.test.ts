// Does docs/differences.md have a row for each case in which the conformance cases want another answer than the reference's?
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rows as options } from '../../src/config/options.ts';

/** Cases (a `*` stands for any text), and how the row begins that tells operators of them. */
const rows: readonly (readonly [cases: string, row: string])[] = [
  ['alpha/rewrite/rewritten', '`rewriteTarget` fills in `$2`'],
  ['bearer/own-issuer/two-authorization-lines', 'Two `Authorization` headers let nobody in'],
  ['claims/defaults/profile-unverified-email', 'An e-mail address that is missing or not verified'],
  ['claims/no-profile/missing-email', 'An e-mail address that is missing or not verified'],
  ['claims/custom-claims/missing', 'An e-mail address that is missing or not verified'],
  ['cookies/domains/*', '`--cookie-domain` is compared with the host name without its port'],
  ['cookies/name-with-dots/*', 'Cookie names are compared literally'],
  ['cookies/splitting/*', 'Of left-over parts and values of an older session'],
  ['endpoints/default/two-session-cookies-first-counts', "All values of the cookie's name are tried"],
  ['endpoints/paths/escaped-space-and-double', 'Where a path is tidied'],
  ['endpoints/no-cache/callback', 'Callbacks that the client got wrong'],
  ['headers/*/spoofed', 'Identity headers of a client'],
  ['headers/details/newline-in-claim', 'Line breaks and control characters inside of a claim'],
  ['logging/default/*', '`code`, `state`, tokens, cookies and secrets never get into the log'],
  ['login/callback/provider-error-percent', 'Errors of the provider are shown as fixed texts'],
  ['login/callback/no-parameters', 'Callbacks that the client got wrong'],
  ['login/callback/no-state', 'Callbacks that the client got wrong'],
  ['login/callback/state-without-colon', 'Callbacks that the client got wrong'],
  ['login/callback/missing-code', 'Callbacks that the client got wrong'],
  ['login/callback/bad-escape-in-query', 'Callbacks that the client got wrong'],
  ['login/callback/no-csrf-cookie', 'A callback that cannot be completed'],
  ['login/callback/garbage-csrf-cookie', 'A callback that cannot be completed'],
  ['login/callback/state-of-another-login', 'A callback that cannot be completed'],
  ['login/callback/csrf-of-another-browser', 'A callback that cannot be completed'],
  ['login/callback/callback-replayed', 'A callback that cannot be completed'],
  ['login/csrf-per-request/wrong-tab-cookie', 'A callback that cannot be completed'],
  ['login/csrf-expire-short/expired-csrf-cookie', 'A callback that cannot be completed'],
  ['login/debug-errors/missing-csrf', 'A callback that cannot be completed'],
  ['login/callback/state-target-tampered-is-checked', 'The state is checked before the code is redeemed'],
  ['login/id-token-checks/wrong-nonce-while-nonce-check-off', 'PKCE (S256) whenever discovery offers it'],
  ['login/id-token-checks/email-*', 'An e-mail address that is missing or not verified'],
  ['redirects/no-whitelist/*-in-query', 'Only the path of a local target is judged'],
  ['redirects/no-whitelist/*-own-*', 'A target at our own `sign_out`'],
  ['redis/store/sign-out-with-garbage-cookie', 'A sign-out works whatever the session cookie holds'],
  ['redis/store/value-damaged', 'A value in Redis that is damaged is no session'],
  ['redis/refresh/idp-fault', 'Only `invalid_grant`, another `sub`, or a withdrawn e-mail ends a session'],
  ['redis/store-down-session/request-with-session', 'Redis out: sessions seen lately go on'],
  ['redis/start-up/unreachable', 'It starts while Redis cannot be reached'],
  ['sessions/refresh/*', 'Only `invalid_grant`, another `sub`, or a withdrawn e-mail ends a session'],
  ['signout/default/id-token-placeholder-*', '`{id_token}` in a target is filled in only'],
  ['signout/skip-auth/placeholder-without-session', '`{id_token}` in a target is filled in only'],
  ['signout/backend-logout/*', 'A page that asks a question, or any failure, is no success'],
  ['skipauth/forwarded-uri/dots', 'An ambiguous path'],
  ['skipauth/forwarded-uri/encoded-dots', 'An ambiguous path'],
  ['skipauth/forwarded-uri/absolute', 'For a path that is proxied here, that path decides'],
  ['skipauth/forwarded-uri/bad-escape', 'For a path that is proxied here, that path decides'],
  ['skipauth/forwarded-uri/open*', 'For a path that is proxied here, that path decides'],
  ['skipauth/forwarded-uri/middle', 'For a path that is proxied here, that path decides'],
  ['skipauth/trusted-ip-*', 'The client address is read from the right'],
  ['skipauth/api-routes/in-query', '`--api-route` is matched on the path'],
  ['skipauth/api-routes/accept-*', 'Requests that are no navigation'],
  ['skipauth/api-routes/x-requested-with', 'Requests that are no navigation'],
  ['startup/refused/cookie-secret-length-*', 'Any cookie secret of at least 16 bytes works'],
  ['startup/refused/bad-issuer-url', 'It starts while the provider cannot be reached'],
  ['startup/refused/issuer-mismatch', 'It starts while the provider cannot be reached'],
  ['startup/refused/discovery-404', 'It starts while the provider cannot be reached'],
];

const root = new URL('../../', import.meta.url);
const document = readFileSync(new URL('docs/differences.md', root), 'utf8');
const documented = document
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
  .filter(([first = '']) => first !== 'what is different' && !/^-+$/.test(first));

const cases = new URL('../shared/conformance/', root);
const engine = new URL('lib/engine.mjs', cases);
/** In a process of its own, as it is no part of this repository. */
const listing = `
  const { loadSuites } = await import(${JSON.stringify(engine.href)});
  const groups = await loadSuites(${JSON.stringify(fileURLToPath(cases))});
  console.log(groups.flatMap(({ cases }) => cases).filter(({ deviation }) => deviation).map(({ id }) => id).join('\\n'));
`;
/** Undefined where the cases are not there. */
const deviations = existsSync(engine)
  ? execFileSync(process.execPath, ['--input-type=module', '--eval', listing], { encoding: 'utf8' }).trim().split('\n')
  : undefined;

function covers(glob: string, id: string): boolean {
  const [before = '', ...more] = glob.split('*');
  if (more.length === 0) return id === glob;
  const behind = more.at(-1) ?? '';
  const inner = id.slice(before.length, id.length - behind.length);
  return id.startsWith(before) && id.endsWith(behind) && more.slice(0, -1).every((part) => inner.includes(part));
}

test.each(rows)('%s has its row', (_, row) => {
  expect(documented.filter(([first = '']) => first.startsWith(row))).toHaveLength(1);
});

test('every row says what is different, and how to get the old behaviour back, if one can', () => {
  expect(documented.length).toBeGreaterThan(100);
  expect(documented.filter(({ length }) => length !== 3)).toEqual([]);
  expect(documented.filter(([first, , back]) => !first || !back)).toEqual([]);
});

test('every option that is named exists', () => {
  const flags = options.map(({ flag }) => `--${flag}`);
  const named = [...document.matchAll(/`(--[a-z][a-z-]+)/g)].map(([, flag = '']) => flag);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((flag) => !flags.includes(flag))).toEqual([]);
});

// CI takes a skipped test for a failure; where the cases are not, there is nothing to hold the document to.
const withCases = deviations !== undefined ? describe : process.env['CI'] === 'true' ? () => {} : describe.skip;

withCases('the conformance cases beside this repository', () => {
  test('every deviation is told of', () => {
    expect(deviations?.length).toBeGreaterThan(50);
    expect(deviations?.filter((id) => !rows.some(([cases]) => covers(cases, id)))).toEqual([]);
  });

  test('no row of the table is about a case that is no deviation any more', () => {
    const stale = rows.filter(([cases]) => !deviations?.some((id) => covers(cases, id)));
    expect(stale).toEqual([]);
  });
});
