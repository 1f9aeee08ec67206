// Is every option really read by something that acts on it? None is taken, checked and then forgotten.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rows } from '../../src/config/options.ts';

const src = join(import.meta.dirname, '../../src');
const codes = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, codeOf(readFileSync(join(src, file), 'utf8'))]),
);

/** Without lines of comment: to be mentioned is not to be read. */
function codeOf(source: string): string {
  return source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
}

const readsOutside = (property: string) =>
  [...codes].some(([file, code]) => !file.startsWith('config') && names(code, property));

function names(code: string, property: string): boolean {
  return new RegExp(`(?<![\\w'-])${property}(?![\\w'-])`).test(code);
}

/** Options that are something else by the time they leave config/: where that is made of them. */
const readInConfig: Readonly<Record<string, string>> = {
  acrValues: 'login-parameter.ts',
  alphaConfig: 'load.ts',
  approvalPrompt: 'login-parameter.ts',
  configTest: 'load.ts',
  convertConfigToAlpha: 'load.ts',
  passAccessToken: 'legacy-headers.ts',
  passAuthorizationHeader: 'legacy-headers.ts',
  passBasicAuth: 'legacy-headers.ts',
  passUserHeaders: 'legacy-headers.ts',
  redisClusterConnectionUrls: 'redis-use.ts',
  redisConnectionUrl: 'redis-use.ts',
  redisSentinelConnectionUrls: 'redis-use.ts',
  setAuthorizationHeader: 'legacy-headers.ts',
  setBasicAuth: 'legacy-headers.ts',
  setXauthrequest: 'legacy-headers.ts',
  skipAuthStripHeaders: 'legacy-headers.ts',
  sslUpstreamInsecureSkipVerify: 'legacy-upstreams.ts',
  upstreamTimeoutMs: 'legacy-upstreams.ts',
};

/** Options that need to do nothing here. Each says so to operators, as a difference. */
const fulfilledAnyway: Readonly<Record<string, string>> = {
  flushIntervalMs: 'no part of an answer is ever held back',
  redisConnectionIdleTimeout: 'the one connection to Redis is never idle',
};

const built = rows.filter(({ notYet }) => notYet === undefined);

test.each(built)('--$flag', ({ property, differs }) => {
  const place = readInConfig[property];
  const isFulfilled = property in fulfilledAnyway;
  if (place !== undefined) expect(names(codes.get(join('config', place)) ?? '', property)).toBe(true);
  if (isFulfilled) expect(differs).toBeDefined();
  // A line in a list above is no excuse for one that is read after all: then the line goes.
  expect(readsOutside(property)).toBe(place === undefined && !isFulfilled);
});

test('what cannot be used yet belongs to another provider, and says which ones can be used', () => {
  const missing = rows.filter(({ notYet }) => notYet !== undefined);
  const foreign = /^(?:azure|bitbucket|entra-id|github|gitlab|google)-|^(?:jwt-key|jwt-key-file|pubjwk-url)$/;
  expect(missing.filter(({ flag }) => !foreign.test(flag)).map(({ flag }) => flag)).toEqual([]);
  for (const { notYet } of missing) expect(notYet).toMatch(/oidc, keycloak-oidc and keycloak can be used now/);
});
