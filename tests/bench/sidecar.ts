// The service under measurement, as operators run it: the built program with flags. And the yardsticks beside it.
import { join } from 'node:path';
import { launchSomewhere, type Server } from './processes.ts';

const root = join(import.meta.dirname, '../..');
export const node = process.execPath;
export const builtProgram = join(root, 'dist/main.js');

export interface Place {
  readonly port: number;
  readonly issuer: string;
  /** Path of the program's main file. */
  readonly program: string;
  /** Absent: sessions live in cookies. */
  readonly redisUrl?: string | undefined;
}

/** The flags of the service, without where it listens and without whom it admits. */
export function flagsFor({ issuer, redisUrl }: Omit<Place, 'port'>, more: readonly string[]): readonly string[] {
  return [
    '--provider=oidc',
    `--oidc-issuer-url=${issuer}`,
    '--client-id=the-client',
    '--client-secret=the-secret',
    '--cookie-secret=a-cookie-secret-of-the-bench-42',
    '--cookie-secure=false',
    ...(redisUrl === undefined ? [] : ['--session-store-type=redis', `--redis-connection-url=${redisUrl}`]),
    ...more,
  ];
}

/** The command that starts it. */
export function sidecarCommand(place: Place, more: readonly string[], nodeArgs: readonly string[] = []) {
  const listening = `--http-address=127.0.0.1:${place.port}`;
  return [node, ...nodeArgs, place.program, ...flagsFor(place, more), listening];
}

export interface Yardstick {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly workers: number;
}

/** Bare node:http, or Express alone, with the very answer that the service gives. */
export function launchYardstick(kind: 'bare' | 'express', about: Yardstick): Promise<Server> {
  const { status, headers, body, workers } = about;
  const env = {
    STATUS: String(status),
    HEADERS: JSON.stringify(headers),
    BODY: body,
    WORKERS: String(workers),
  };
  const command = [node, join(import.meta.dirname, `${kind}.ts`)];
  return launchSomewhere((port) => ({ command, env: { ...env, PORT: String(port) } }));
}
