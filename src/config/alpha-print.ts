// How do the options read in the structured form? (reference: --convert-config-to-alpha)
import { parse, stringify } from 'yaml';
import { isPem } from '../lib/tls-files.ts';
import { alphaHeadersOf, type Tree } from './alpha-print-headers.ts';
import { alphaUpstreamsOf } from './alpha-print-upstreams.ts';
import { isReplaced } from './alpha-replaced.ts';
import { fieldsOf, isSecretSource } from './alpha-schema.ts';
import { valueOf } from './invariants.ts';
import { legacyLoginParameters } from './login-parameter.ts';
import { withOneListener } from './one-listener.ts';
import type { Config, Flag, Row } from './options.ts';
import type { Settled } from './settle.ts';
import type { Given } from './sources.ts';

export interface Converted {
  readonly yaml: string;
  readonly warnings: readonly string[];
}

type Counted = Settled['counted'];

/** Nothing is checked, as in the reference: what is wrong is wrong in both forms. */
export function printAlpha({ config, counted }: Pick<Settled, 'config' | 'counted'>): Converted {
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  const served = { ...config, server: withOneListener(config) };
  const tree: Tree = {
    upstreamConfig: { upstreams: alphaUpstreamsOf(config) },
    ...alphaHeadersOf(config, counted.get('basic-auth-password')),
    server: sectionOf('server', served, (row) => valueOf(served, row) !== ''),
    metricsServer: sectionOf('metricsServer', config, ({ flag }) => counted.has(flag)),
    providers: [providerOf(config, counted)],
  };
  warnOfLoss(config, warn);
  const gone = [...counted.values()].filter(({ row }) => isReplaced(row)).map(({ writtenAs }) => writtenAs);
  if (gone.length > 0) warn(`beside --alpha-config these cannot stay: ${gone.join(', ')}`);
  return { yaml: `${introduction}\n${stringify(plain(tree), { lineWidth: 0 })}`, warnings };
}

const introduction = `# Made from flags, variables and files by --convert-config-to-alpha. It may hold secrets.
# All other options stay where they are.`;

/** They change what the reference of some versions leaves empty. */
const always: readonly Flag[] = ['provider', 'oidc-email-claim', 'oidc-groups-claim', 'oidc-audience-claim'];

function providerOf(config: Config, counted: Counted): Tree {
  const { provider } = config;
  const { provider: type, clientId, providerDisplayName } = provider;
  const method = provider.codeChallengeMethod || provider.forceCodeChallengeMethod;
  const isPrinted = ({ flag }: Row) => always.includes(flag) || (counted.has(flag) && !isFromFile(counted.get(flag)));
  const parameters = legacyLoginParameters(provider);
  return {
    id: providerDisplayName || `${type}=${clientId}`,
    ...sectionOf('providers', config, isPrinted, (row) => secretOf(row, counted.get(row.flag))),
    ...(method !== '' && { code_challenge_method: method }),
    loginURLParameters: parameters.map(({ name, defaults }) => ({ name, default: [...defaults] })),
  };
}

/** Its file has a field of its own. */
function isFromFile(given: Given | undefined): boolean {
  return given?.source === 'secret-file' && given.row.flag === 'client-secret';
}

/** A secret of the environment stays there, if nothing in it would mean something else in YAML. */
function secretOf(row: Row, given: Given | undefined): Tree | undefined {
  if (!row.kind.isSecret || given?.source !== 'environment') return undefined;
  const raw = String(given.raw);
  const isPlain = /^[A-Za-z][\w.~+/=-]*$/.test(raw) && parse(raw) === raw;
  return isPlain ? () => `\${${given.writtenAs}}` : undefined;
}

function sectionOf(
  section: string,
  config: Config,
  isPrinted: (row: Row) => boolean,
  instead: (row: Row) => Tree | undefined = () => undefined,
): Record<string, Tree> {
  const tree: Record<string, Tree> = {};
  for (const [[first = '', second], row] of fieldsOf(section)) {
    const value = valueOf(config, row) as Tree;
    if (!isPrinted(row) || (Array.isArray(value) && value.length === 0)) continue;
    const printed = instead(row) ?? (isSecretSource(row) ? pemSource(String(value)) : value);
    tree[first] = second === undefined ? printed : { ...(tree[first] as object | undefined), [second]: printed };
  }
  return tree;
}

function pemSource(source: string): Tree {
  return isPem(source) ? { value: source } : { fromFile: source };
}

function warnOfLoss({ header, policy }: Config, warn: (text: string) => void): void {
  const { passBasicAuth, passUserHeaders, passAccessToken, passAuthorizationHeader } = header;
  const passesNothing = !passBasicAuth && !passUserHeaders && !passAccessToken && !passAuthorizationHeader;
  if (!header.skipAuthStripHeaders && passesNothing)
    warn('--skip-auth-strip-headers=false is lost: without a header in injectRequestHeaders nothing says it');
  if (header.preferEmailToUser && policy.htpasswdFile !== '')
    warn('--prefer-email-to-user is lost for users of --htpasswd-file; for headers it is kept');
}

/** A dollar that is no variable is written twice. */
function plain(tree: Tree): unknown {
  if (typeof tree === 'function') return tree();
  if (typeof tree === 'string') return tree.replaceAll(/\$(?=[A-Za-z_{$])/g, '$$$$');
  if (Array.isArray(tree)) return tree.map(plain);
  if (typeof tree !== 'object') return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, inner]) => [name, plain(inner as Tree)]));
}
