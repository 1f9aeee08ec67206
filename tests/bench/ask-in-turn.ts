// Every cookie of a list, one after the other: who has been here, and how often?
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connections } from './load.ts';
import type { Candidate } from './measure.ts';

/** @throws at the first answer that is another one */
export async function askInTurn({ server, path, cookies, status }: Candidate, times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const total = times * cookies.length;
  let next = 0;
  const ask = async () => {
    while (next < total) {
      const cookie = cookies[next++ % cookies.length] ?? '';
      const asking = get(server.origin + path, { agent, headers: { cookie } });
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      answer.resume();
      if (answer.statusCode !== status) throw new Error(`${answer.statusCode} instead of ${status}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  agent.destroy();
}
