// What does an application behind nginx receive? A tiny one that says it, to the check alone.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSameText } from '../lib/same-text.ts';

/** Proves that a request is the check's own: others get a 404, and see nobody's headers. */
export const keyHeader = 'X-Sidecar-Check';

export interface Echo {
  readonly port: number;
  close(): Promise<void>;
}

export interface Echoed {
  /** Names as they arrived, duplicates apart. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export async function startEcho(address: { readonly host: string; readonly port: number }, key: string): Promise<Echo> {
  const server = createServer({ maxHeaderSize: 131_072 }, (request, response) => {
    request.resume();
    if (!isSameText(String(request.headers[keyHeader.toLowerCase()] ?? ''), key))
      return void response.writeHead(404).end();
    const { rawHeaders } = request;
    const headers = rawHeaders.flatMap((name, index) => (index % 2 ? [] : [[name, rawHeaders[index + 1] ?? '']]));
    response.writeHead(200, { 'Content-Type': 'application/json', [keyHeader]: key }).end(JSON.stringify({ headers }));
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
