// What does the kernel say of processes and of the machine? Readers of /proc (proc_pid_stat(5), proc_stat(5)).
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100; // USER_HZ on every Linux that Node.js runs on

export interface ProcessTimes {
  readonly parent: number;
  /** Seconds on the CPU, those of children that have ended and were waited for included. */
  readonly seconds: number;
}

/** The second field is a name that may hold blanks and parentheses, so counting begins behind its end. */
export function readProcessStat(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (number: number) => Number(fields[number - 3] ?? 0);
  return { parent: at(4), seconds: (at(14) + at(15) + at(16) + at(17)) / ticksPerSecond };
}

export function readResidentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

export interface MachineTimes {
  /** Seconds of all cores together in which somebody worked; a host that took our core away counts too. */
  readonly busySeconds: number;
  readonly totalSeconds: number;
}

export function readMachineStat(stat: string): MachineTimes {
  const [, ...ticks] = (stat.split('\n', 1)[0] ?? '').trim().split(/\s+/).map(Number);
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
  const busy = user + nice + system + irq + softirq + steal;
  return { busySeconds: busy / ticksPerSecond, totalSeconds: (busy + idle + iowait) / ticksPerSecond };
}

/** The process and everybody below it. */
export function familyOf(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), readProcessStat(contentOf(`/proc/${name}/stat`)).parent);
  }
  const family = [pid];
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child);
  return family;
}

export function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readProcessStat(contentOf(`/proc/${pid}/stat`)).seconds, 0);
}

export function residentBytesOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readResidentBytes(contentOf(`/proc/${pid}/status`)), 0);
}

export function machineTimes(): MachineTimes {
  return readMachineStat(contentOf('/proc/stat'));
}

/** Empty where it has ended meanwhile. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
