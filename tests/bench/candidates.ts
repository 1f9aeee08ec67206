// Who takes part? The service in one scenario, and yardsticks that give the very answer that it gives.
import type { Candidate } from './measure.ts';
import { launchSomewhere, type Server } from './processes.ts';
import type { Scenario } from './scenarios.ts';
import { launchYardstick, sidecarCommand } from './sidecar.ts';
import { signIn } from './sign-in.ts';
import type { Stage } from './stage.ts';

export const authPath = '/oauth2/auth';

/** The service; the first of its sessions comes from a sign-in at this very process. */
export async function openSidecar(stage: Stage, scenario: Scenario, nodeArgs?: readonly string[]): Promise<Candidate> {
  const { name, status, headers, sessions, needsRedis } = scenario;
  const { issuer, program, redis } = stage;
  const place = { issuer, program, redisUrl: needsRedis ? redis?.url : undefined };
  const others = sessions > 1 ? await stage.cookies(scenario) : [];
  const flags = stage.flagsOf(scenario);
  const server = await launchSomewhere((port) => ({ command: sidecarCommand({ ...place, port }, flags, nodeArgs) }));
  const cookies = sessions === 0 ? [] : [await signIn(server.origin, issuer), ...others.slice(1)];
  const candidate = { name: 'oauth2-sidecar', server, path: authPath, cookies, headers, status };
  for (const cookie of [cookies[0], cookies.at(-1)]) {
    const { status: said } = await answerOf(server, cookie);
    if (said === status) continue;
    await server.stop();
    throw new Error(`${name}: the service answers ${said} instead of ${status}`);
  }
  return candidate;
}

export async function openYardstick(kind: 'bare' | 'express', like: Candidate, workers: number): Promise<Candidate> {
  const answer = await answerOf(like.server, like.cookies[0]);
  const server = await launchYardstick(kind, { ...answer, workers });
  return { ...like, name: kind === 'bare' ? 'bare node:http' : 'Express alone', server };
}

export interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** What node:http adds by itself, it adds to a yardstick's answer too. */
const ownHeaders = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

export async function answerOf(server: Server, cookie: string | undefined): Promise<Answer> {
  const response = await fetch(server.origin + authPath, {
    headers: cookie === undefined ? {} : { cookie },
    redirect: 'manual',
  });
  const headers = [...response.headers].filter(([name]) => !ownHeaders.has(name)).flat();
  return { status: response.status, headers, body: await response.text() };
}
