// How do all test files share one Keycloak? It runs in jest's own process, from the first question until the last test.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startKeycloak } from './keycloak.ts';
import type { Keycloak } from './keycloak.ts';

const variable = 'KEYCLOAK_DESK';
const desk = globalThis as { closeKeycloakDesk?: () => Promise<void> };

/** Jest calls this once for a run. The workers that it starts later inherit the variable. */
export async function openDesk(): Promise<void> {
  let keycloak: Promise<Keycloak> | undefined;
  const server = createServer((_, response) => {
    keycloak ??= startKeycloak();
    keycloak.then(
      ({ origin }) => response.end(origin),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  process.env[variable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  desk.closeKeycloakDesk = async () => {
    server.close();
    await keycloak?.then(stop, () => undefined);
  };
}

export async function closeDesk(): Promise<void> {
  await desk.closeKeycloakDesk?.();
}

async function stop(keycloak: Keycloak): Promise<void> {
  const seconds = (keycloak.startedInMs / 1000).toFixed(1);
  console.log(`Keycloak: ready after ${seconds} s, ${keycloak.memoryMb()} MB at the end`);
  await keycloak.stop();
}

/** Where the Keycloak of this run is: `http://127.0.0.1:PORT`. The first to ask waits for it to start. */
export async function sharedKeycloak(): Promise<string> {
  const answer = await fetch(process.env[variable] ?? '', { headers: { connection: 'close' } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
