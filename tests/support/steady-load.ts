// What do people hear who go on asking, with several tabs each, while something happens?
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from './browser.ts';
import { sessionCookie } from './flow.ts';

export interface SteadyLoad {
  /** What begins from now on is counted under this name. */
  phase(name: string): void;
  /** By phase, how often each status came; what is no answer is counted by its error. */
  readonly heard: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Milliseconds of the slowest answer of a phase. */
  readonly slowest: ReadonlyMap<string, number>;
  /** `Set-Cookie` lines that took a session cookie away. */
  readonly signOuts: readonly string[];
  stop(): Promise<void>;
}

export interface SteadyLoadWish {
  readonly url: string;
  readonly people: readonly Browser[];
  readonly tabs: number;
  readonly pauseMs: number;
}

interface Heard {
  readonly status: number | string;
  readonly setCookies: readonly string[];
}

/** All tabs of one person share their cookies, and keep what the answers set. */
export function steadyLoad({ url, people, tabs, pauseMs }: SteadyLoadWish): SteadyLoad {
  const agent = new Agent({ keepAlive: true });
  const heard = new Map<string, Record<string, number>>();
  const slowest = new Map<string, number>();
  const signOuts: string[] = [];
  let phase = 'begin';
  let goesOn = true;

  async function tab({ cookies }: Browser): Promise<void> {
    while (goesOn) {
      const [name, beganMs] = [phase, performance.now()];
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const { status, setCookies } = await hear(url, cookie, agent);
      const counts = heard.get(name) ?? {};
      counts[status] = (counts[status] ?? 0) + 1;
      heard.set(name, counts);
      slowest.set(name, Math.max(slowest.get(name) ?? 0, Math.round(performance.now() - beganMs)));
      for (const line of setCookies) {
        const [, cookieName = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (!cookieName.startsWith(sessionCookie)) continue;
        if (value === '' || /max-age=0\b/i.test(line)) signOuts.push(`${name}: ${status} ${cookieName}`);
        else cookies.set(cookieName, value);
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  const work = people.flatMap((one) => Array.from({ length: tabs }, () => tab(one)));
  return {
    phase: (name) => void (phase = name),
    heard,
    slowest,
    signOuts,
    async stop() {
      goesOn = false;
      await Promise.all(work);
      agent.destroy();
    },
  };
}

async function hear(url: string, cookie: string, agent: Agent): Promise<Heard> {
  const outgoing = request(url, { agent, headers: { cookie, accept: 'application/json' } });
  outgoing.end();
  try {
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await incoming.resume().toArray();
    return { status: incoming.statusCode ?? 0, setCookies: incoming.headers['set-cookie'] ?? [] };
  } catch (error) {
    return { status: String(error), setCookies: [] };
  }
}
