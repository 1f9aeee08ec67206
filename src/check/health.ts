// Is the service on this machine alive? For HEALTHCHECK in images without curl.
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { parseListenAddress } from '../lib/listen-address.ts';

export interface HealthCheckParts {
  /** The addresses and --ping-path as the service itself reads them. */
  readonly httpAddress: string;
  readonly httpsAddress: string;
  readonly pingPath: string;
  readonly pingUserAgent: string;
}

/** @returns the exit code: 0 when /ping answers 200 within the time, else 1 */
export async function healthCheck({ pingPath, pingUserAgent, ...addresses }: HealthCheckParts): Promise<0 | 1> {
  const target = targetOf(addresses);
  if (target === undefined) return 1;
  const { ask, where } = target;
  return new Promise((resolve) => {
    const headers = pingUserAgent === '' ? {} : { 'user-agent': pingUserAgent };
    const request = ask({ ...where, path: pingPath, headers, timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 0 : 1);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', () => resolve(1));
  });
}

/** https first: with --force-https the plain listener would only lead there. A socket of systemd (fd:3) is not ours to find. */
function targetOf({ httpAddress, httpsAddress }: Pick<HealthCheckParts, 'httpAddress' | 'httpsAddress'>) {
  const secure = parseListenAddress(httpsAddress, { tls: true });
  if (secure.kind === 'tcp') {
    // It never leaves the machine, and the certificate is made out to the name of the site.
    const where = { host: reachable(secure.host), port: secure.port, rejectUnauthorized: false };
    return { ask: getOverTls, where };
  }
  const plain = parseListenAddress(httpAddress);
  if (plain.kind === 'unix') return { ask: get, where: { socketPath: plain.path } };
  return plain.kind === 'tcp' ? { ask: get, where: { host: reachable(plain.host), port: plain.port } } : undefined;
}

/** Where a service can be reached that listens on every address. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
