// How do several processes of the same program do the work of one? The first process starts them, and starts them again.
import cluster from 'node:cluster';
import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { openLine, processChannel, type Line } from './line.ts';
import { createLogSink, type LogSink } from './log-sink.ts';
import type { Logger } from './logger.ts';
import { failed, ready, stop, workerVariable, type Addresses, type LastWords } from './worker-messages.ts';

export interface WorkersParts {
  readonly count: number;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** Where the lines of all workers go, each of them whole. */
  readonly streams: { readonly out: Writable; readonly err: Writable };
  /** The operator said by NODE_CLUSTER_SCHED_POLICY, which Node reads, who accepts connections. */
  readonly keepsPolicy: boolean;
  /** Told of every new worker before it is asked or told anything. */
  join(line: Line): void;
}

export interface Workers {
  /** Resolves when all of them serve; where the first of them does. */
  readonly started: Promise<Addresses>;
  /** Why there will be no service: it never started, or no worker comes back. */
  readonly failed: Promise<LastWords>;
  signal(name: NodeJS.Signals): void;
  /** Lets them finish; resolves when all have ended. Those that have not by then are killed. */
  stop(signal: NodeJS.Signals, patienceMs: number): Promise<void>;
}

interface Slot {
  readonly number: number;
  worker?: { readonly process: ChildProcess; readonly line: Line } | undefined;
  isReady: boolean;
  /** In a row. */
  fails: number;
}

/** A worker that lived so long has not failed in starting. */
const soundMs = 10_000;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** Attempts in a row, of one place while nobody serves, before it is given up. */
const mostFails = 6;

export function startWorkers({ count, logger, streams, join, keepsPolicy }: WorkersParts): Workers {
  // Workers accept for themselves: with Node's round robin a connection that is being handed to a worker hangs for ever
  // when that worker is killed.
  if (!keepsPolicy) cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ silent: true }); // from here on the policy is fixed
  const sinks = { out: createLogSink(streams.out), err: createLogSink(streams.err) };
  const slots = Array.from({ length: count }, (_, index): Slot => ({ number: index + 1, isReady: false, fails: 0 }));
  const started = Promise.withResolvers<Addresses>();
  const broken = Promise.withResolvers<LastWords>();
  const ended = Promise.withResolvers<void>();
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';

  function begin(slot: Slot): void {
    if (phase === 'stopping') return;
    const worker = cluster.fork({ [workerVariable]: String(slot.number) });
    const bornAtMs = performance.now();
    const line = openLine(processChannel(worker.process));
    slot.worker = { process: worker.process, line };
    line.answer(failed, broken.resolve);
    line.answer(ready, (addresses) => isReady(slot, addresses));
    join(line);
    passLines(worker.process, sinks);
    worker.on('error', () => {}); // a message to a worker that has just ended: its end is what counts
    worker.process.once('close', (code, signal) => {
      over(slot, { isFine: code === 0, how: signal ?? `exit code ${code}`, livedMs: performance.now() - bornAtMs });
    });
  }

  function isReady(slot: Slot, addresses: Addresses): void {
    slot.isReady = true;
    if (phase === 'serving') logger.info('a worker serves in place of another', { worker: slot.number });
    if (phase !== 'starting' || !slots.every(({ isReady }) => isReady)) return;
    phase = 'serving';
    started.resolve(addresses);
  }

  function over(slot: Slot, end: { isFine: boolean; how: string; livedMs: number }): void {
    const worker = slot.number;
    Object.assign(slot, { worker: undefined, isReady: false });
    if (phase === 'stopping') return hasNone(slots) ? ended.resolve() : undefined;
    if (phase === 'starting') return broken.resolve({ text: `worker ${worker} ended: ${end.how}`, exitCode: 1 });
    if (end.isFine) logger.info('a worker has ended, as it was asked to', { worker });
    else logger.error('a worker ended unexpectedly', { reason: 'worker_ended', worker, how: end.how });
    slot.fails = end.isFine || end.livedMs >= soundMs ? 0 : slot.fails + 1;
    const isHopeless = slot.fails >= mostFails && !slots.some(({ isReady }) => isReady);
    if (isHopeless) return broken.resolve({ text: `no worker can be started any more: ${end.how}`, exitCode: 1 });
    setTimeout(begin, pauseMs(slot.fails), slot);
  }

  const signal = (name: NodeJS.Signals) => slots.forEach(({ worker }) => worker?.process.kill(name));
  slots.forEach(begin);
  return {
    started: started.promise,
    failed: broken.promise,
    signal,
    async stop(name, patienceMs) {
      phase = 'stopping';
      for (const { worker } of slots) worker?.line.tell(stop, name);
      if (hasNone(slots)) ended.resolve();
      const late = setTimeout(() => signal('SIGKILL'), patienceMs);
      await ended.promise;
      clearTimeout(late);
      await Promise.all([sinks.out.flush(), sinks.err.flush()]);
    },
  };
}

function hasNone(slots: readonly Slot[]): boolean {
  return slots.every(({ worker }) => worker === undefined);
}

/** The first crash costs nothing; one after the other must not eat the machine. */
function pauseMs(fails: number): number {
  return fails <= 1 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (fails - 1));
}

/** Whole lines only: what several processes write to one stream would get mixed up within lines. */
function passLines({ stdout, stderr }: ChildProcess, sinks: Readonly<Record<'out' | 'err', LogSink>>): void {
  for (const [stream, sink] of [[stdout, sinks.out] as const, [stderr, sinks.err] as const]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) sink.write(line);
    });
    stream?.on('end', () => rest === '' || sink.write(rest));
  }
}
