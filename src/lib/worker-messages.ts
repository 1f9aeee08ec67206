// What do a worker and the first process tell each other about starting and ending?
import type { Topic } from './line.ts';

/** The environment variable that makes a process a worker. Its value is the worker's number. */
export const workerVariable = 'OAUTH2_SIDECAR_WORKER';

export interface Addresses {
  readonly service: readonly string[];
  readonly metrics: readonly string[];
}

/** What the operator is told at the end. */
export interface LastWords {
  readonly text: string;
  readonly exitCode: number;
}

/** A worker serves. */
export const ready: Topic<Addresses, void> = { name: 'workers ready' };
/** A worker cannot start, and why. */
export const failed: Topic<LastWords, void> = { name: 'workers failed' };
/** Finish what is under way and end. */
export const stop: Topic<NodeJS.Signals, void> = { name: 'workers stop' };
