// How is wrk told what to send, and what does it say afterwards?
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connections, type HeaderLine, type Load, type Outcome } from './load.ts';

const run = promisify(execFile);

export async function byWrk({ url, cookies, headers, seconds, folder }: Load): Promise<Outcome> {
  const script = join(folder, 'requests.lua');
  const list = join(folder, 'cookies.txt');
  writeFileSync(list, cookies.join('\n'));
  writeFileSync(script, scriptFor(headers) + (cookies.length > 1 ? inTurn(list) : alike(cookies[0])));
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, url];
  const { stdout } = await run('wrk', args, { maxBuffer: 1 << 20 });
  return readWrk(stdout);
}

/** @throws when it has had no answer at all */
export function readWrk(report: string): Outcome {
  const number = (pattern: RegExp) => Number(pattern.exec(report)?.[1] ?? 0);
  const requests = number(/(\d+) requests in/);
  if (requests === 0) throw new Error(`wrk got no answer:\n${report}`);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(report) ?? [];
  return {
    requests,
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: milliseconds(/ 50%\s+([\d.]+)(us|ms|s|m)/.exec(report)),
    p99Ms: milliseconds(/ 99%\s+([\d.]+)(us|ms|s|m)/.exec(report)),
    odd: number(/Non-2xx or 3xx responses: (\d+)/),
    broken: errors.slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  const [, value = 'NaN', unit = 'ms'] = match ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? Number.NaN);
}

/** Texts of JSON are texts of Lua too, as long as nothing in them has to be escaped; headers are plain ASCII. */
function scriptFor(headers: readonly HeaderLine[]): string {
  return headers.map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}\n`).join('');
}

function alike(cookie: string | undefined): string {
  return cookie === undefined ? '' : `wrk.headers["Cookie"] = ${JSON.stringify(cookie)}\n`;
}

/**
 * The requests are made before the clock starts, so that the generator costs the same as with one. It begins somewhere else
 * each time, or a short round would never come to the end of a long list.
 */
function inTurn(list: string): string {
  return `local requests, i = {}, 0
function init()
  for line in io.lines(${JSON.stringify(list)}) do
    wrk.headers["Cookie"] = line
    requests[#requests + 1] = wrk.format()
  end
  i = os.time() * 7919 % #requests
end
function request()
  i = i % #requests + 1
  return requests[i]
end
`;
}
