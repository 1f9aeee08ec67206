// A real nginx that speaks https, with a certificate that nobody has signed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { pathOf } from './needs.ts';
import { startNginx } from './nginx.ts';
import type { NginxSpec, TestNginx } from './nginx.ts';

export interface HttpsNginx {
  /** `https://HOST:PORT`, for any host that leads here. */
  origin(host: string): string;
  log: TestNginx['log'];
  stop(): Promise<void>;
}

/** As `startNginx`; `port` is that of https, and plain http is somewhere else. */
export async function startHttpsNginx(spec: NginxSpec): Promise<HttpsNginx> {
  const port = spec.port ?? (await freePort());
  const folder = certificate();
  const server = `
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ${spec.server}`;
  try {
    const nginx = await startNginx({ ...spec, port: await freePort(), server });
    return {
      origin: (host) => `https://${host}:${port}`,
      log: (name) => nginx.log(name),
      async stop() {
        await nginx.stop();
        rmSync(folder, { recursive: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

function certificate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-certificate-'));
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=tests';
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  execFileSync(pathOf('openssl') ?? 'openssl', [...request.split(' '), ...files], { stdio: 'ignore' });
  return folder;
}
