// What was measured on, and who else was working there meanwhile?
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { cpuSecondsOf, familyOf, machineTimes } from './proc.ts';

export function machineText(generator: string): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const system = `${type()} ${release().split('.', 2).join('.')}`;
  const cores = `${availableParallelism()} cores`;
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cores}, ${memory}, ${system}, Node.js ${process.version}, load by ${generator}`;
}

/** Over 1, 5 and 15 minutes, as processes that want a core. */
export function loadText(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(', ');
}

/** What others take of the machine begins to matter from here on. */
export const crowded = 0.1;

/** Begins to watch; the answer is the share of the machine's time that everybody but us took since. */
export function watchOthers(): () => number {
  const began = snapshot();
  return () => {
    const ended = snapshot();
    const total = ended.totalSeconds - began.totalSeconds;
    const others = ended.busySeconds - began.busySeconds - (ended.ownSeconds - began.ownSeconds);
    return total > 0 ? Math.max(0, others / total) : 0;
  };
}

function snapshot() {
  return { ...machineTimes(), ownSeconds: cpuSecondsOf(familyOf(process.pid)) };
}
