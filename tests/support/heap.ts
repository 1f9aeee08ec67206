// How much memory is really in use?
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** With what lies outside of the heap, such as bytes of buffers. Some of it is let go only a while after its owner. */
export async function memoryInUse(): Promise<number> {
  const read = () => heapUsed() + process.memoryUsage().external;
  let [before, now] = [Number.POSITIVE_INFINITY, read()];
  for (let round = 0; round < 40 && Math.abs(before - now) > 100_000; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    [before, now] = [now, read()];
  }
  return now;
}
