// How long does an answer take at a fixed rate? Requests leave on schedule, whether or not earlier ones were answered.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connections } from './load.ts';

export interface Steady {
  readonly port: number;
  /** The request as it goes over the wire. */
  readonly request: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late the generator itself was: nearly all of a latency that is not much longer is its own. */
  readonly lateP99Ms: number;
  readonly answered: number;
}

const patienceMs = 2_000;

/** In a process of its own, whose pauses are not those of a bench that holds a hundred thousand cookies. */
export async function steadyLoad(steady: Steady): Promise<Latencies> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, JSON.stringify(steady)]);
  return JSON.parse(stdout) as Latencies;
}

/**
 * Latency counts from the moment that the schedule named, so that a server that stalls cannot hide it.
 *
 * @throws when an answer is missing in the end
 */
export async function sendSteadily({ port, request, perSecond, seconds }: Steady): Promise<Latencies> {
  const [latencies, delays] = [[] as number[], [] as number[]];
  const answered = (ms: number) => void latencies.push(ms);
  const bytes = Buffer.from(request, 'latin1');
  const length = await lengthOfAnswer(port, bytes);
  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(port, length, answered)));
  const beganMs = performance.now();
  const total = Math.floor(perSecond * seconds);
  let sent = 0;
  const sendWhatIsDue = () => {
    const nowMs = performance.now();
    for (; sent < total; sent++) {
      const dueMs = beganMs + (sent * 1000) / perSecond;
      if (dueMs > nowMs) return;
      delays.push(nowMs - dueMs);
      // As nginx does it: a connection asks one thing at a time, as long as there are enough of them.
      const line = lines.find(({ waiting }) => waiting() === 0) ?? lines[sent % connections];
      line?.send(bytes, dueMs);
    }
  };
  const isOver = () => latencies.length === total || performance.now() > beganMs + seconds * 1000 + patienceMs;
  while (!isOver()) {
    sendWhatIsDue();
    await new Promise((next) => setImmediate(next));
  }
  for (const line of lines) line.close();
  if (latencies.length < total) throw new Error(`${total - latencies.length} of ${total} answers are missing`);
  const p99 = quantile(latencies, 0.99);
  return { p50Ms: quantile(latencies, 0.5), p99Ms: p99, lateP99Ms: quantile(delays, 0.99), answered: total };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Line {
  waiting(): number;
  send(request: Buffer, dueMs: number): void;
  close(): void;
}

/** Reads into one buffer again and again, and counts bytes: the generator must cost less than the server. */
async function openLine(port: number, answerLength: number, answered: (ms: number) => void): Promise<Line> {
  const waiting: number[] = [];
  let unread = answerLength;
  const callback = (length: number) => {
    for (unread -= length; unread <= 0; unread += answerLength)
      answered(performance.now() - (waiting.shift() ?? Number.NaN));
    return true;
  };
  const onread = { buffer: Buffer.alloc(65_536), callback };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
  await once(socket, 'connect');
  return {
    waiting: () => waiting.length,
    send(request, dueMs) {
      waiting.push(dueMs);
      socket.write(request);
    },
    close: () => socket.destroy(),
  };
}

/** Bytes of one answer; all are alike. */
async function lengthOfAnswer(port: number, request: Buffer): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' });
  let length = 0;
  socket.on('data', (data) => (length += data.length));
  socket.write(request);
  await once(socket, 'data');
  await sleep(100); // what is left of it
  socket.destroy();
  return length;
}

if (process.argv[1] === import.meta.filename)
  process.stdout.write(JSON.stringify(await sendSteadily(JSON.parse(process.argv[2] ?? '') as Steady)));
