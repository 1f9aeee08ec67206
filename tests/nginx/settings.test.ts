// Do the snippets hold under other settings of nginx, and can an operator override what is meant to be?
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { underscoredHeaders } from '../../src/check/forgeries.ts';
import { needs } from '../support/needs.ts';
import { shippedSnippets } from '../support/nginx.ts';
import { pagesAndApi, withSite } from '../support/protected-site.ts';
import { send, valuesOf } from '../support/recorder.ts';

const forged = 'forged-by-client';

needs('nginx')('settings', () => {
  describe('with other settings', () => {
    test('H-6, H-8: underscores_in_headers on opens no way for X_Forwarded_User and its like', () =>
      withSite(
        (port) => `underscores_in_headers on; ${pagesAndApi(port)}`,
        async (open) => {
          expect(underscoredHeaders).toContain('X-Forwarded_User');
          await send(`${open.nginx.url}/page`, {
            headers: Object.fromEntries(underscoredHeaders.map((name) => [name, forged])),
          });
          await send(`${open.nginx.url}/page`, { headers: { Not_Ours: 'passes' } });
          expect(JSON.stringify(open.app.requests[0]?.headers)).not.toContain(forged);
          expect(valuesOf(open.app.requests[1], 'not_ours')).toEqual(['passes']); // or this test would prove nothing
        },
      ));

    test('behind a load balancer that ends TLS, $oauth2_scheme says so to sidecar and application', () =>
      withSite(
        (port) => `set $oauth2_scheme https; ${pagesAndApi(port)}`,
        async (behind) => {
          await send(`${behind.nginx.url}/page`);
          expect(valuesOf(behind.sidecar.requests[0], 'x-forwarded-proto')).toEqual(['https']);
          expect(valuesOf(behind.app.requests[0], 'x-forwarded-proto')).toEqual(['https']);
        },
      ));

    test('an application that checks Authorization itself gets it with $oauth2_pass_authorization', () =>
      withSite(
        (port) => `set $oauth2_pass_authorization 1; ${pagesAndApi(port)}`,
        async (passing) => {
          await send(`${passing.nginx.url}/api/x`, { headers: { authorization: 'Bearer mine' } });
          expect(valuesOf(passing.app.requests[0], 'authorization')).toEqual(['Bearer mine']);
        },
      ));
  });

  test('P27: no snippet turns a refusal into a 200', () => {
    for (const file of readdirSync(shippedSnippets)) {
      expect(readFileSync(join(shippedSnippets, file), 'utf8')).not.toMatch(/error_page[^;]*=\s*2/);
    }
  });
});
