// How much memory is really in use?
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
