// How is an https upstream checked? Needs openssl for a certificate that nobody trusts.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { cleanUp, cleanups, get, send, startFront } from '../support/upstream-front.ts';

afterEach(cleanUp);

const withOpenssl = spawnSync('openssl', ['version']).status === 0 ? test : test.skip;

async function startSecure() {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  const names: (string | false | null)[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (req, res) =>
    res.end(`over tls ${req.headers.host}`),
  );
  server.on('secureConnection', (socket: TLSSocket) => names.push(socket.servername));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  cleanups.push(() => (server.closeAllConnections(), server.close()));
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, names };
}

withOpenssl('an upstream with a certificate that nobody trusts is a 502', async () => {
  const { url } = await startSecure();
  const front = await startFront([url]);
  expect(await send(front.port, get('/x')).closed()).toMatch(/^HTTP\/1.1 502 /);
  expect(front.problems.map(({ reason }) => reason)).toEqual(['upstream_failed']);
});

withOpenssl(
  "with --ssl-upstream-insecure-skip-verify it is taken; the name asked for is the upstream's, not the client's host",
  async () => {
    const { url, names } = await startSecure();
    const front = await startFront([url], { insecureSkipTlsVerify: true });
    expect(await send(front.port, get('/x')).closed()).toContain('over tls app.example.com');
    expect(names).toEqual(['localhost']);
  },
);
