// Is the service on this machine alive? For HEALTHCHECK in images without curl.
import { get } from 'node:http';
import { parseListenAddress } from '../lib/listen-address.ts';

export interface HealthCheckParts {
  /** --http-address and --ping-path as the service itself reads them. */
  readonly httpAddress: string;
  readonly pingPath: string;
  readonly pingUserAgent: string;
}

/** @returns the exit code: 0 when /ping answers 200 within the time, else 1 */
export async function healthCheck({ httpAddress, pingPath, pingUserAgent }: HealthCheckParts): Promise<0 | 1> {
  const address = parseListenAddress(httpAddress);
  if (address.kind !== 'tcp' && address.kind !== 'unix') return 1;
  const where =
    address.kind === 'unix' ? { socketPath: address.path } : { host: reachable(address.host), port: address.port };
  return new Promise((resolve) => {
    const headers = pingUserAgent === '' ? {} : { 'user-agent': pingUserAgent };
    const request = get({ ...where, path: pingPath, headers, timeout: 3000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 0 : 1);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', () => resolve(1));
  });
}

/** Where a service can be reached that listens on every address. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
