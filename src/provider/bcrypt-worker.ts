// A thread that compares passwords with bcrypt hashes, so that nobody else waits for it (security V-7).
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

export interface Comparison {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface Compared {
  readonly id: number;
  readonly isSame: boolean;
}

parentPort?.on('message', ({ id, password, hash }: Comparison) => {
  // Go takes `$2x$` for the same algorithm; the library does not know the letter.
  const isSame = compareSync(password, hash.replace(/^\$2x\$/, '$2a$'));
  parentPort?.postMessage({ id, isSame } satisfies Compared);
});
