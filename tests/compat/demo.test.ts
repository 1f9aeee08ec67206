// Does npm run demo start, show its pages, and stop without leaving anything behind?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { has } from '../support/needs.ts';
import { navigation, send } from '../support/recorder.ts';

const program = join(import.meta.dirname, '../../deploy/demo/main.ts');

test.each([
  ['as it comes', [], has('nginx') ? /nginx with the snippets of nginx\/ stands in front/ : /nginx is missing/],
  ['without nginx', ['--without-nginx'], /"npm run setup" installs it/],
])('%s', async (_, flags, front) => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  const demo = spawn(process.execPath, [program, '--port', String(port), ...flags], {
    env: { ...process.env, TMPDIR: folder },
  });
  let said = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  const ended = once(demo, 'exit');
  try {
    for (let tries = 0; tries < 300 && !said.includes('Ctrl-C'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(said).toMatch(front);
    expect(said).toContain(`http://localhost:${port}`);
    expect(said).toContain('alice, password alice');
    const ask = (path: string, headers: object = navigation) =>
      send(`http://127.0.0.1:${port}${path}`, { headers: { ...headers } });
    expect(await ask('/')).toMatchObject({ status: 200, body: expect.stringContaining('What to try') as string });
    expect((await ask('/private/?a=1&b=2')).body).toContain('value="/private/?a=1&amp;b=2"');
    expect(await ask('/api/whoami', { accept: 'application/json', 'sec-fetch-mode': 'cors' })).toMatchObject({
      status: 401,
    });
    expect((await ask('/admin/')).body).not.toContain('Admin area');
  } finally {
    demo.kill('SIGINT');
  }
  expect(await ended).toEqual([0, null]);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  await expect(send(`http://127.0.0.1:${port}/`)).rejects.toThrow('ECONNREFUSED');
});
