// What does a protected site feel of it? A static page of a real nginx: without auth, and with either server behind auth_request.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNginx } from '../support/nginx.ts';
import { measure, type Candidate, type Measured, type Plan } from './measure.ts';
import type { Side } from './stage.ts';

export async function throughNginx(side: Side, plan: Plan): Promise<readonly Measured[]> {
  const [bare, sidecar] = side.candidates;
  if (bare === undefined || sidecar === undefined) throw new Error('nothing to put behind nginx');
  const root = join(plan.folder, 'site');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'page.html'), '<!doctype html><title>page</title><p>hello</p>'.padEnd(2000));
  const started = [];
  const candidates: Candidate[] = [];
  for (const [name, candidate, isProtected] of [
    ['nginx without auth', bare, false],
    ['auth_request to bare node:http', bare, true],
    ['auth_request to oauth2-sidecar', sidecar, true],
  ] as const) {
    const nginx = await startNginx({
      sidecarPort: Number(new URL(candidate.server.origin).port),
      server: `access_log off; root ${root};
    location = /page.html { ${isProtected ? 'include oauth2/protect-page.conf;' : ''} }`,
    });
    started.push(nginx);
    candidates.push({
      ...candidate,
      name,
      status: 200,
      path: '/page.html',
      server: { ...candidate.server, origin: nginx.url },
    });
  }
  const measured = await measure(candidates, plan);
  for (const nginx of started) await nginx.stop();
  return measured;
}
