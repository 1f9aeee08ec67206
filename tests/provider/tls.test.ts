// Whose certificates is a provider believed with? Needs openssl for a certificate that nobody trusts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http } from '../../src/provider/http.ts';
import type { HttpParts } from '../../src/provider/http.ts';
import { reasonOf } from './make.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

(hasOpenssl ? describe : describe.skip)('a provider with a certificate of its own', () => {
  let folder: string;
  let server: Server;
  let cert: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const key = join(folder, 'key');
    cert = join(folder, 'cert');
    const subject = ['-subj', '/CN=idp', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const args = ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', key, '-out', cert];
    execFileSync('openssl', args, { stdio: 'ignore' });
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
      response.end('secure'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  test.each<readonly [string, () => Partial<HttpParts>, string]>([
    ['is refused', () => ({}), 'discovery_unreachable'],
    ['is believed with --provider-ca-file', () => ({ caFiles: [cert] }), 'secure'],
    ['is believed with the system’s beside it', () => ({ caFiles: [cert], useSystemTrustStore: true }), 'secure'],
    ['is believed with --ssl-insecure-skip-verify', () => ({ skipTlsVerify: true }), 'secure'],
  ])('%s', async (_, parts, expected) => {
    const client = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false, ...parts() });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const result = await client.call({ purpose: 'discovery', url }).then(({ text }) => text, reasonOf);
    client.close();
    expect(result).toBe(expected);
  });
});
