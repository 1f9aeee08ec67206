// What does the program say before it listens?
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = join(import.meta.dirname, '../src/main.ts');
  return spawnSync(process.execPath, [main, ...argv], { env: { ...env }, encoding: 'utf8', timeout: 20_000 });
}

test('what stops the start comes with the warnings that may explain it', () => {
  const { status, stderr } = start(['--provider=oidc'], { OAUTH2_PROXY_CLIENTID: 'app' });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^warning: OAUTH2_PROXY_CLIENTID is not a known variable.*did you mean OAUTH2_PROXY_CLIENT_ID\?$/m,
  );
  expect(stderr).toMatch(/^ {2}--client-id is required/m);
});
