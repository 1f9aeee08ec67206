// How does another server do? Started by a command, signed in to where that is possible, and measured beside ours.
import { answerOf, authPath } from './candidates.ts';
import type { Candidate } from './measure.ts';
import { launch, launchSomewhere, type Server } from './processes.ts';
import type { Scenario } from './scenarios.ts';
import { signIn } from './sign-in.ts';
import type { Stage } from './stage.ts';

export interface Other {
  /** For a shell; `{port}` and `{issuer}` stand for where it is to listen and for the provider of the bench. */
  readonly command: string;
  /** Where it listens, if it cannot be told. */
  readonly port: number | undefined;
  /** Its Cookie header, if nobody can sign in with the provider of the bench. */
  readonly cookie: string | undefined;
}

export async function openOther(stage: Stage, other: Other, { sessions }: Scenario): Promise<Candidate> {
  const at = (port: number) => {
    const line = other.command.replaceAll('{port}', String(port)).replaceAll('{issuer}', stage.issuer);
    return { command: ['/bin/sh', '-c', line], env: process.env };
  };
  const { port } = other;
  const server = port === undefined ? await launchSomewhere(at) : await launch({ ...at(port), port });
  try {
    const cookie = sessions === 0 ? undefined : (other.cookie ?? (await trySigningIn(server, stage.issuer)));
    const { status } = await answerOf(server, cookie);
    return {
      name: `the other server (${status})`,
      server,
      path: authPath,
      cookies: cookie === undefined ? [] : [cookie],
      headers: [],
      status,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A server of another kind is measured with what it says to strangers. */
async function trySigningIn({ origin }: Server, issuer: string): Promise<string | undefined> {
  try {
    return await signIn(origin, issuer);
  } catch (error) {
    process.stderr.write(`the other server is asked without a cookie: ${String(error)}\n`);
    return undefined;
  }
}
