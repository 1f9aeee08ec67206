// npm run demo: a provider, a site, the sidecar and nginx, all on this machine, until Ctrl-C.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { nginxFront, sidecarArguments, sidecarEnvironment } from './front.ts';
import type { Ports, SidecarSetting } from './front.ts';
import { demoProvider } from './provider.ts';
import { findNginx, freePort, isFree } from './run-nginx.ts';
import { demoSite } from './site.ts';
import { demoUsers } from './users.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, 'without-nginx': { type: 'boolean' } } });
const folder = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-demo-'));
const log = join(folder, 'sidecar.log');

/** What must be ended, last started first. */
const ends: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
let isStopping = false;

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  for (const end of ends.reverse()) await end().catch(() => {});
  process.exit(code);
}

process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
process.on('SIGHUP', () => void stop(0));
start().catch(async (error: unknown) => {
  console.error(`the demo could not start: ${error instanceof Error ? error.message : String(error)}`);
  await stop(1);
});

async function start(): Promise<void> {
  const hasNginx = findNginx() !== undefined && !values['without-nginx'];
  const ports = { front: await frontPort(), sidecar: await freePort(), site: await freePort() };
  const providerPort = await freePort();
  const address = `http://localhost:${ports.front}`;
  const setting: SidecarSetting = {
    ports,
    issuer: `http://127.0.0.1:${providerPort}`,
    clientId: 'demo',
    clientSecret: randomBytes(24).toString('base64url'),
    cookieSecret: randomBytes(32).toString('base64url'),
    hasNginx,
  };
  const redirectUri = `${address}/oauth2/callback`;
  await listen(
    await demoProvider({ ...setting, redirectUri, postLogoutRedirectUri: `${address}/oauth2/signed_out` }),
    providerPort,
  );
  await listen(demoSite(), ports.site);
  await startSidecar(setting);
  if (hasNginx) {
    const nginx = await nginxFront(ports);
    ends.push(() => nginx.stop());
  }
  console.log(welcome(address, hasNginx));
}

async function frontPort(): Promise<number> {
  const wanted = Number(values.port ?? 8080);
  if (await isFree(wanted)) return wanted;
  if (values.port !== undefined) throw new Error(`port ${wanted} is taken`);
  return freePort();
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
}

async function startSidecar(setting: SidecarSetting): Promise<void> {
  const output = openSync(log, 'a');
  const program = join(import.meta.dirname, '../../src/main.ts');
  const sidecar = spawn(process.execPath, [program, ...sidecarArguments(setting)], {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...sidecarEnvironment(setting) },
  });
  closeSync(output);
  ends.push(() => end(sidecar));
  sidecar.once('exit', () => {
    if (isStopping) return;
    console.error(`the sidecar ended; its last words:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    void stop(1);
  });
  await untilReady(setting.ports, setting.hasNginx);
}

async function untilReady({ front, sidecar }: Ports, hasNginx: boolean): Promise<void> {
  const url = `http://127.0.0.1:${hasNginx ? sidecar : front}/ready`;
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`the sidecar was not ready within 30 s; its log:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(5000)]);
  child.kill('SIGKILL');
}

function welcome(address: string, hasNginx: boolean): string {
  const users = Object.entries(demoUsers).map(
    ([name, { password, claims }]) => `${name}, password ${password}, groups ${claims.groups.join(' and ')}`,
  );
  const front = hasNginx
    ? 'nginx with the snippets of nginx/ stands in front'
    : 'nginx is missing ("npm run setup" installs it): the sidecar itself stands in front of the site';
  return `
  oauth2-sidecar demo: ${front}

  Open      ${address}
  Users     ${users.join('\n            ')}
  Try       ${address}/private/report?year=2026&page=2   a deep link, kept over the sign-in
            ${address}/admin/   as bob: a page that says why not
            ${address}/oauth2/sign_out   and press Back
  Log       ${log}
  Stop      Ctrl-C
`;
}
