// Do the files in deploy/ and the README name options that exist, and configurations that nginx takes?
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs, pathOf } from '../support/needs.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** `NAME: value` of YAML and `NAME=value` of a shell. */
function variablesIn(text: string): Record<string, string> {
  const found = text.matchAll(/^\s*(?:export )?(OAUTH2_PROXY_\w+)(?:: |=)(.*?)\s*(?: #.*)?$/gm);
  return Object.fromEntries([...found].map(([, name, value = '']) => [name, value.replace(/^(['"])(.*)\1$/, '$2')]));
}

const logoutReport = /```sh\n(OAUTH2_PROXY_BACKEND[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
const secrets = {
  OAUTH2_PROXY_CLIENT_SECRET: 'a-secret',
  OAUTH2_PROXY_COOKIE_SECRET: '0123456789abcdef0123456789abcdef',
};

test.each<[string, Record<string, string>]>([
  ['the compose example', variablesIn(read('deploy/compose/compose.yaml'))],
  ['the Kubernetes example', { ...variablesIn(read('deploy/kubernetes/oauth2-sidecar.yaml')), ...secrets }],
  ['the logout report in the README', variablesIn(logoutReport)],
])('%s is a valid configuration', (_, environment) => {
  expect(Object.keys(environment).length).toBeGreaterThan(7);
  const program = [join(root, 'src/main.ts'), '--config-test'];
  const { status, stderr } = spawnSync(process.execPath, program, { env: environment, encoding: 'utf8' });
  expect(stderr).not.toMatch(/unknown|did you mean/i);
  expect([status, stderr]).toEqual([0, expect.any(String)]);
});

test('K4: the realm of the compose example has no wildcard redirect', () => {
  const realm = JSON.parse(read('deploy/compose/demo-realm.json')) as { clients: readonly Record<string, unknown>[] };
  for (const client of realm.clients) {
    expect(JSON.stringify([client['redirectUris'], client['attributes'], client['webOrigins']])).not.toContain('*');
  }
});

test('Kubernetes: not root, nothing writable, no capability', () => {
  const manifest = read('deploy/kubernetes/oauth2-sidecar.yaml');
  for (const line of [
    'runAsNonRoot: true',
    'readOnlyRootFilesystem: true',
    'allowPrivilegeEscalation: false',
    'drop: [ALL]',
  ]) {
    expect(manifest).toContain(line);
  }
});

needs('nginx')('nginx', () => {
  const server = (body: string) => `events {} http { include oauth2/oauth2-sidecar-upstream.conf; ${body} }`;
  const examples = [...read('docs/nginx.md').matchAll(/```nginx\n(http \{[\s\S]*?)```/g)].map(([, text = '']) => text);

  test.each<[string, string]>([
    ['the compose example', read('deploy/compose/nginx.conf')],
    ...examples.map((text, n): [string, string] => [`example ${n + 1} of docs/nginx.md`, `events {} ${text}`]),
    [
      'the snippets without any protected location',
      server('include oauth2/oauth2-maps.conf; server { include oauth2/oauth2-endpoints.conf; }'),
    ],
    ['the maps alone', server('include oauth2/oauth2-maps.conf;')],
  ])('takes %s without a warning', (_, configuration) => {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-t-'));
    symlinkSync(join(root, 'nginx'), join(folder, 'oauth2'));
    const local = configuration
      .replaceAll(/(?<=server |http:\/\/)(sidecar|app|keycloak)(?=[:;])/g, '127.0.0.1')
      .replaceAll(/^\s*(access_log|ssl_\w+) .*;$/gm, '')
      .replaceAll(/listen [^;]*;/g, 'listen 127.0.0.1:18080;');
    writeFileSync(join(folder, 'nginx.conf'), `pid ${folder}/nginx.pid; ${local}`);
    const args = ['-t', '-q', '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
    const { status, stderr } = spawnSync(pathOf('nginx') ?? '', args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('docs/nginx.md has examples', () => expect(examples.length).toBeGreaterThan(0));
});
