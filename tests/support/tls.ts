// Certificates that nobody has signed, and clients that speak TLS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { pathOf } from './needs.ts';

export interface MadePair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Workshop {
  readonly folder: string;
  /** A certificate made out to this name, for two days unless told otherwise; -1: until yesterday. */
  make(name: string, key?: 'ec' | 'rsa:2048' | 'rsa:1024', days?: number): MadePair;
  openssl(...words: readonly string[]): string;
  close(): void;
}

/** Needs openssl. */
export function startWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-tls-'));
  const openssl = (...words: readonly string[]) =>
    execFileSync(pathOf('openssl') ?? 'openssl', words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  return {
    folder,
    openssl,
    make(name, key = 'ec', days = 2) {
      const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
      const kind = key === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', key];
      openssl('req', '-new', ...kind, '-nodes', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', `${name}.csr`);
      openssl('x509', '-req', '-in', `${name}.csr`, '-signkey', keyFile, '-days', String(days), '-out', certFile);
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Whom a new connection is greeted by: the CN of the certificate. */
export async function greeter(port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = await shakeHands(port, options);
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

/** Rejects when the server does not want to. */
export function shakeHands(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => resolve(socket));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

export interface TlsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export function askOverTls(port: number, options: RequestOptions = {}): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { port, host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...options },
      (answer) => {
        let body = '';
        answer.on('data', (data: Buffer) => (body += data.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
