// Many requests at once: by wrk where it is installed, else by autocannon; at a fixed rate always by autocannon.
import { execFile } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon, { type Request } from 'autocannon';

const run = promisify(execFile);

export interface Load {
  readonly url: string;
  /** Cookie headers, one a request, in turn; none: requests without cookies. */
  readonly cookies: readonly string[];
  readonly seconds: number;
  /** Requests per second of all connections; absent: as fast as they come. */
  readonly rate?: number;
  /** Folder for what the load generator has to read. */
  readonly folder: string;
}

export interface Outcome {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers outside of 2xx, and connections that broke. */
  readonly odd: number;
}

const connections = 32;

export const generator = hasWrk() ? 'wrk' : 'autocannon';

export function load(task: Load): Promise<Outcome> {
  return generator === 'wrk' && task.rate === undefined ? byWrk(task) : byAutocannon(task);
}

async function byWrk({ url, cookies, seconds, folder }: Load): Promise<Outcome> {
  const script = join(folder, 'requests.lua');
  const list = join(folder, 'cookies.txt');
  writeFileSync(list, cookies.join('\n'));
  writeFileSync(script, cookies.length > 1 ? inTurn(list) : alike(cookies[0]));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url];
  const { stdout } = await run('wrk', args, { maxBuffer: 1 << 20 });
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  const requests = number(/(\d+) requests in/);
  if (requests === 0) throw new Error(`wrk got no answer:\n${stdout}`);
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout);
  return {
    requests,
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    odd:
      number(/Non-2xx or 3xx responses: (\d+)/) +
      (socketErrors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}

function alike(cookie: string | undefined): string {
  return cookie === undefined ? '' : `wrk.headers["Cookie"] = ${JSON.stringify(cookie)}\n`;
}

/** The requests are made before the clock starts, so that the generator costs the same as with one. */
function inTurn(list: string): string {
  return `local requests, i = {}, 0
function init()
  for line in io.lines(${JSON.stringify(list)}) do
    wrk.headers["Cookie"] = line
    requests[#requests + 1] = wrk.format()
  end
end
function request()
  i = i % #requests + 1
  return requests[i]
end
`;
}

function milliseconds(match: RegExpExecArray | null): number {
  const [, value = '0', unit = 'ms'] = match ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? 1);
}

async function byAutocannon({ url, cookies, seconds, rate }: Load): Promise<Outcome> {
  const requests: Request[] = cookies.map((cookie) => ({ method: 'GET', headers: { cookie } }));
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(requests.length > 0 && { requests }),
    ...(rate !== undefined && { overallRate: Math.max(1, Math.round(rate)) }),
  });
  return {
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    odd: result.non2xx + result.errors + result.timeouts,
  };
}

function hasWrk(): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, 'wrk'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
