// How long until the first answer? Compared with what Node.js itself takes to start and end.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { goal, type Finding } from './finding.ts';
import { node, sidecarCommand } from './sidecar.ts';
import { ratio, range, spread, times } from './spread.ts';
import type { Stage } from './stage.ts';

const limit = 6;
const limitMs = 20_000;

export async function startTime({ issuer, program }: Stage, rounds: number): Promise<Finding> {
  const [own, bare]: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    bare.push(await timed(() => promisify(execFile)(node, ['-e', '0'])));
    const port = await freePort();
    const [command = '', ...args] = sidecarCommand({ port, issuer, program }, ['--email-domain=*']);
    const beganMs = performance.now();
    const child = spawn(command, args, { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '' } });
    const ended = once(child, 'exit');
    await firstAnswer(port, () => child.exitCode === null && performance.now() < beganMs + limitMs);
    own.push(performance.now() - beganMs);
    child.kill('SIGTERM');
    await ended;
  }
  const compared = ratio(own, bare);
  return {
    title: 'Start',
    lines: [
      `- first answer of \`/ping\` after ${range(spread(own), 0)} ms; \`node -e 0\` takes ${range(spread(bare), 0)} ms: ${times(compared)} (${goal('at most 6 ×', compared.median <= limit)})`,
    ],
    figures: { firstAnswerMs: own, nodeMs: bare, ratio: compared },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** By a bare socket, every millisecond: a client of more comfort would measure itself. */
async function firstAnswer(port: number, isWorthIt: () => boolean): Promise<void> {
  while (isWorthIt()) {
    const isAnswered = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /ping HTTP/1.0\r\n\r\n'));
      socket.once('data', () => (done(true), socket.destroy()));
      socket.on('error', () => done(false)).once('close', () => done(false));
    });
    if (isAnswered) return;
    await new Promise((next) => setTimeout(next, 1));
  }
  throw new Error('the service did not start');
}
