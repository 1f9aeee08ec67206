// Does memory stay where it is? Many requests over many sessions, and then many more.
import { load } from './load.ts';
import type { Side } from './stage.ts';

export interface Memory {
  readonly afterFirstBytes: number;
  readonly afterMoreBytes: number;
  readonly more: number;
}

/** @param more requests after the first hundred thousand */
export async function memory(side: Side, folder: string, more: number): Promise<Memory> {
  const sidecar = side.candidates[1];
  if (sidecar === undefined) throw new Error('no service to measure');
  const { server, cookies, path } = sidecar;
  const atLeast = async (count: number) => {
    for (let sent = 0; sent < count;)
      sent += (await load({ url: server.origin + path, cookies, seconds: 5, folder })).requests;
  };
  await atLeast(100_000);
  const afterFirstBytes = server.residentBytes();
  await atLeast(more);
  return { afterFirstBytes, afterMoreBytes: server.residentBytes(), more };
}
