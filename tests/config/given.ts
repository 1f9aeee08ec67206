// A configuration that starts, to bend one thing at a time.
import { generateKeyPairSync } from 'node:crypto';
import { alphaForm } from '../../src/config/alpha.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Loaded } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/config-error.ts';

export const good: readonly string[] = [
  '--provider=oidc',
  '--oidc-issuer-url=https://id.example',
  '--client-id=app',
  '--client-secret=s3cret-of-the-client',
  '--cookie-secret=s3cret-of-the-cookie',
  '--email-domain=*',
  '--redirect-url=https://app.example/oauth2/callback',
];

/** A public key, as a provider might hand it out. */
export const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

export interface Place {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly toml?: string;
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** `good` with more, from any source; `toml` is the content of proxy.cfg. */
export function load(place: Place = {}): Loaded {
  return loadOnly({ ...place, argv: [...good, ...(place.argv ?? [])] });
}

/** Nothing but what is given. */
export function loadOnly(place: Place): Loaded {
  const outcome = outcomeOf(place);
  if (outcome.kind !== 'run' && outcome.kind !== 'config-test') throw new Error(`got ${outcome.kind}`);
  return outcome;
}

export function outcomeOf({ argv = [], env = {}, toml, files = {} }: Place): ReturnType<typeof loadConfig> {
  const all: Readonly<Record<string, string | Uint8Array>> =
    toml === undefined ? files : { ...files, 'proxy.cfg': toml };
  return loadConfig({
    argv: [...argv, ...(toml === undefined ? [] : ['--config=proxy.cfg'])],
    env,
    alpha: alphaForm,
    readFile: (path) => {
      const content = all[path];
      if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      return Buffer.from(content);
    },
  });
}

export function refusal(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it starts');
}
