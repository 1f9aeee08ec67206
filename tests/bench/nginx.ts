// What does a protected site feel of it? A static page of a real nginx: without auth, and with either server behind auth_request.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import type { Finding } from './finding.ts';
import { cpuOf, measure, rateOf, rateRatio, type Candidate, type Plan } from './measure.ts';
import { percent, range } from './spread.ts';

export async function throughNginx(bare: Candidate, sidecar: Candidate, plan: Plan): Promise<Finding> {
  const root = siteIn(plan.folder);
  const started: TestNginx[] = [];
  const behind = async (name: string, auth: Candidate, isProtected: boolean): Promise<Candidate> => {
    const nginx = await startNginx({
      sidecarPort: Number(new URL(auth.server.origin).port),
      server: `access_log off; root ${root}; keepalive_requests 1000000;
    location = /page.html { ${isProtected ? 'include oauth2/protect-page.conf;' : ''} }`,
    });
    started.push(nginx);
    const server = { ...auth.server, origin: nginx.url };
    return { ...auth, name, server, path: '/page.html', status: 200 };
  };
  try {
    const measured = await measure(
      [
        await behind('nginx without auth', bare, false),
        await behind('auth_request to bare node:http', bare, true),
        await behind('auth_request to oauth2-sidecar', sidecar, true),
      ],
      plan,
    );
    return report(measured);
  } finally {
    for (const nginx of started) await nginx.stop();
  }
}

/** nginx may work as another user, who must be able to read it. */
function siteIn(folder: string): string {
  const root = join(folder, 'site');
  mkdirSync(root, { recursive: true });
  chmodSync(folder, 0o755);
  writeFileSync(join(root, 'page.html'), '<!doctype html><title>page</title><p>hello</p>'.padEnd(2000));
  return root;
}

function report(measured: Awaited<ReturnType<typeof measure>>): Finding {
  const [open, bare, sidecar] = measured;
  if (open === undefined || bare === undefined || sidecar === undefined) throw new Error('nothing was measured');
  const rows = measured.map(
    (one) =>
      `| ${one.name} | ${range(rateOf(one), 0)} | ${one === open ? '' : percent(rateRatio(one, open))} | ${
        one === sidecar ? percent(rateRatio(one, bare)) : ''
      } | ${one === open ? '' : range(cpuOf(one), 2)} |`,
  );
  return {
    title: 'Pages through nginx',
    lines: [
      'A static page of 2 KB, one nginx worker, the shipped snippets, connections to the auth server kept open:',
      '',
      '| | pages/s | of no auth | of bare node:http | CPU s of the auth server per 100,000 |',
      '|---|--:|--:|--:|--:|',
      ...rows,
    ],
    figures: measured,
  };
}
