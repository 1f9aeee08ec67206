// The service under measurement, as operators run it: the built program with flags.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launch, type Server } from './processes.ts';

const root = join(import.meta.dirname, '../..');
const built = join(root, 'dist/main.js');
export const node = process.execPath;

export interface Place {
  readonly port: number;
  readonly issuer: string;
  /** Absent: sessions live in cookies. */
  readonly redisUrl?: string | undefined;
}

/** The flags of the service, without where it listens. */
export function flagsFor({ issuer, redisUrl }: Place, more: readonly string[]): readonly string[] {
  return [
    '--provider=oidc',
    `--oidc-issuer-url=${issuer}`,
    '--client-id=the-client',
    '--client-secret=the-secret',
    '--cookie-secret=a-cookie-secret-of-the-bench-42',
    '--email-domain=*',
    '--cookie-secure=false',
    ...(redisUrl === undefined ? [] : ['--session-store-type=redis', `--redis-connection-url=${redisUrl}`]),
    ...more,
  ];
}

export function launchSidecar(place: Place, more: readonly string[]): Promise<Server> {
  const listening = `--http-address=127.0.0.1:${place.port}`;
  return launch({ command: [node, program(), ...flagsFor(place, more), listening], port: place.port });
}

export function program(): string {
  if (!existsSync(built)) throw new Error('the bench measures the built program: npm run build');
  return built;
}

export interface Yardstick {
  readonly port: number;
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body?: string;
  readonly workers?: number;
}

/** Bare node:http, or Express alone, with the very answer that the service gives. */
export function launchYardstick(kind: 'bare' | 'express', about: Yardstick): Promise<Server> {
  const { port, status, headers, body = '', workers = 1 } = about;
  return launch({
    command: [node, join(import.meta.dirname, `${kind}.ts`)],
    port,
    env: {
      PORT: String(port),
      STATUS: String(status),
      HEADERS: JSON.stringify(headers),
      BODY: body,
      WORKERS: String(workers),
    },
  });
}
