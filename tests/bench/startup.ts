// How long until the first answer? Compared with what Node.js itself takes to start and end.
import { execFile } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { spread, type Spread } from './measure.ts';
import { flagsFor, node, program } from './sidecar.ts';

const run = promisify(execFile);

export interface Start {
  readonly nodeMs: Spread;
  readonly firstAnswerMs: Spread;
  readonly ratio: number;
}

export async function startTime(issuer: string, rounds: number): Promise<Start> {
  const nodeMs: number[] = [];
  const firstAnswerMs: number[] = [];
  for (let i = 0; i < rounds; i++) {
    nodeMs.push(await timed(() => run(node, ['-e', '0'])));
    const port = await freePort();
    const beganMs = performance.now();
    const flags = flagsFor({ port, issuer }, [`--http-address=127.0.0.1:${port}`]);
    const child = spawn(node, [program(), ...flags], { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '' } });
    await firstAnswer(port);
    firstAnswerMs.push(performance.now() - beganMs);
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  const [own, bare] = [spread(firstAnswerMs), spread(nodeMs)];
  return { nodeMs: bare, firstAnswerMs: own, ratio: own.median / bare.median };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** By a bare socket, every millisecond: a client of more comfort would measure itself. */
async function firstAnswer(port: number): Promise<void> {
  for (;;) {
    const isAnswered = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /ping HTTP/1.0\r\n\r\n'));
      socket.once('data', () => done(true)).once('close', () => done(false));
      socket.on('error', () => done(false));
      socket.once('data', () => socket.destroy());
    });
    if (isAnswered) return;
    await new Promise((next) => setTimeout(next, 1));
  }
}
