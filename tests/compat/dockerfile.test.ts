// Does the Dockerfile build something that runs? Its own commands, in a clean copy, without a container engine.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';

const root = join(import.meta.dirname, '../..');
const stages = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replaceAll(/\\\n\s*/g, ' ')
  .split(/^(?=FROM )/m)
  .filter((stage) => stage.startsWith('FROM '));
const [build = '', final = ''] = stages;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

function instructions(stage: string): readonly Instruction[] {
  const lines = stage.split('\n').filter((line) => /^[A-Z]+ /.test(line));
  return lines.map((line) => ({ word: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));
}

const ignored = ['node_modules', '.git', 'dist'].map((name) => join(root, name));
const allowedByDockerignore = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

function copy(arguments_: string, stageFolder: string, buildFolder: string): void {
  const isFromBuild = arguments_.startsWith('--from=build ');
  const names = arguments_.replace('--from=build ', '').split(' ');
  const destination = names.pop() ?? '.';
  for (const name of names) {
    if (!isFromBuild && !allowedByDockerignore.includes(name)) throw new Error(`.dockerignore keeps ${name} out`);
    const source = isFromBuild ? name.replace(/^\/app/, buildFolder) : join(root, name);
    if (!existsSync(source)) throw new Error(`COPY ${arguments_}: ${name} is not there`);
    const target = join(stageFolder, destination, destination.endsWith('/') ? basename(name) : '');
    cpSync(source, target, { recursive: true, verbatimSymlinks: true, filter: (path) => !ignored.includes(path) });
  }
}

function runCommand(command: string, cwd: string): void {
  const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}:\n${stdout}\n${stderr}`);
}

test('its commands, in a clean copy, make a program that listens, is healthy and stops at SIGTERM', async () => {
  const [buildFolder, app] = [join(folder, 'build'), join(folder, 'app')];
  mkdirSync(buildFolder);
  mkdirSync(app);
  for (const { word, rest } of instructions(build)) {
    if (word === 'COPY') copy(rest, buildFolder, buildFolder);
    if (word === 'RUN') runCommand(rest, buildFolder);
  }
  for (const { word, rest } of instructions(final)) if (word === 'COPY') copy(rest, app, buildFolder);
  expect(existsSync(join(app, 'node_modules/jest'))).toBe(false);
  expect(existsSync(join(app, 'node_modules/typescript'))).toBe(false);

  const port = await freePort();
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${port}`,
    OAUTH2_PROXY_COOKIE_SECRET: '0123456789abcdef0123456789abcdef',
    OAUTH2_PROXY_CLIENT_ID: 'x',
    OAUTH2_PROXY_CLIENT_SECRET: 'y',
    OAUTH2_PROXY_EMAIL_DOMAINS: '*',
    OAUTH2_PROXY_PROVIDER: 'oidc',
    OAUTH2_PROXY_OIDC_ISSUER_URL: 'http://127.0.0.1:9', // nobody there: the service starts all the same
  };
  const flags = ['--ping-path=/alive', '--reverse-proxy'];
  const program = spawn(process.execPath, [join(app, 'dist/main.js'), ...flags], { cwd: app, env });
  let said = '';
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(program, 'exit');
  try {
    await untilPinged(port, () => said);
    const health = spawnSync(process.execPath, ['dist/main.js', 'healthcheck', ...flags], {
      cwd: app,
      env,
      encoding: 'utf8',
    });
    expect([health.status, health.stdout, health.stderr]).toEqual([0, expect.any(String), expect.any(String)]);
  } finally {
    program.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
}, 280_000);

async function untilPinged(port: number, said: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/alive`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it does not answer:\n${said()}`);
}

test('the image listens for others, runs as nobody, takes flags, and needs no shell for its health check', () => {
  expect(final).toMatch(/OAUTH2_PROXY_HTTP_ADDRESS=0\.0\.0\.0:4180/);
  expect(final).toMatch(/^USER 65532:65532$/m);
  expect(final).toMatch(/^ENTRYPOINT \["node", "\/app\/dist\/main\.js"\]$/m);
  expect(final).toMatch(/HEALTHCHECK .* CMD \["node", "dist\/main\.js", "healthcheck"\]/);
  expect(stages.every((stage) => stage.startsWith('FROM node:26-slim'))).toBe(true);
});
