// With which flags, variables and files do users start it? Their files, taken apart as docker, compose and Kubernetes do.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { keepSecret } from './written.ts';
import { parse as parseYaml, parseAllDocuments } from 'yaml';

export interface Setup {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Everything that was given, as the service names it. */
  readonly given: readonly string[];
}

const folder = join(import.meta.dirname, '../fixtures');
export const fixture = (name: string): string => join(folder, name);

function textOf(name: string): string {
  const text = readFileSync(fixture(name), 'utf8');
  for (const [secret] of text.matchAll(/placeholder-[\w-]+/g)) keepSecret(secret);
  return text;
}

function setupOf(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Setup {
  const files = argv.flatMap((flag) => (flag.startsWith('--config=') ? [flag.slice('--config='.length)] : []));
  const keys = files.flatMap((file) =>
    Object.keys(parseToml(readFileSync(file, 'utf8'))).map((key) => `${key} in ${file}`),
  );
  const variables = Object.keys(env).filter((name) => env[name] !== '');
  return { argv, env, given: [...argv.map((flag) => flag.split('=', 1)[0] ?? ''), ...variables, ...keys] };
}

export function fromFile(name: string, ...more: readonly string[]): Setup {
  textOf(name);
  return setupOf([`--config=${fixture(name)}`, ...more]);
}

/** `docker run --env-file` takes what stands behind the first `=` to the letter; compose takes quotes away. */
export function fromEnvFile(name: string, reader: 'docker' | 'compose'): Setup {
  const lines = textOf(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => {
    const [key = '', value = ''] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
    return [key, reader === 'docker' ? value : value.replace(/^(["'])(.*)\1$/, '$2')] as const;
  });
  return setupOf([], Object.fromEntries(pairs));
}

interface Service {
  readonly environment: Readonly<Record<string, string>> | readonly string[];
  readonly command?: readonly string[];
}

export function fromCompose(name: string, service: string): Setup {
  const { services } = parseYaml(textOf(name)) as { services: Record<string, Service> };
  const { environment = {}, command = [] } = services[service] ?? {};
  const pairs = isList(environment)
    ? environment.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
    : Object.entries(environment);
  return setupOf(command, Object.fromEntries(pairs));
}

function isList(environment: Service['environment']): environment is readonly string[] {
  return Array.isArray(environment);
}

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

const written: string[] = [];

/** Files of config maps are written where the test can have them. */
export function fromManifests(name: string): Setup {
  const manifests = parseAllDocuments(textOf(name)).map((document) => document.toJS() as Manifest);
  const place = mkdtempSync(join(tmpdir(), 'setup-'));
  written.push(place);
  for (const [file, text] of Object.entries(manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {})) {
    writeFileSync(join(place, file), text);
  }
  const container = manifests.find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec.containers[0];
  const argv = (container?.args ?? []).map((flag) => flag.replace('/etc/oauth2_proxy', place));
  return setupOf(argv, Object.fromEntries((container?.env ?? []).map((one) => [one.name, one.value])));
}

export function removeWritten(): void {
  for (const place of written.splice(0)) rmSync(place, { recursive: true });
}
