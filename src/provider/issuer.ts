// Which endpoints, keys and algorithms does the provider have?
import type { Clock } from '../lib/clock.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { place } from './http.ts';
import { idTokenAlgorithms } from './id-token.ts';
import type { TrustedKeys } from './id-token.ts';
import { fileKeys, remoteKeys } from './key-set.ts';
import type { KeySet } from './key-set.ts';
import { configuredMetadata, discoveredMetadata, discoveryUrl } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import type { ProviderOptions } from './options.ts';

/** Everything that must be known of a provider before it can be asked anything. */
export interface Issuer extends TrustedKeys {
  readonly metadata: Metadata;
}

interface IssuerParts {
  readonly options: ProviderOptions;
  readonly http: Http;
  readonly clock: Clock;
}

/** @throws ProviderFailure */
export async function loadIssuer(parts: IssuerParts): Promise<Issuer> {
  const { options } = parts;
  const metadata = options.skipOidcDiscovery ? configuredMetadata(options) : await discover(parts);
  const algorithms = idTokenAlgorithms(options.oidcEnabledSigningAlgs, metadata.signingAlgorithms);
  if (algorithms.length === 0) {
    const message = `the provider offers none of the algorithms in --oidc-enabled-signing-alg (it has ${metadata.signingAlgorithms?.join(', ')})`;
    throw new ProviderFailure('misconfigured', 'signing_algorithms', message);
  }
  return { metadata, algorithms, keys: keysOf(metadata, parts) };
}

async function discover({ options, http }: IssuerParts): Promise<Metadata> {
  const url = discoveryUrl(options.oidcIssuerUrl);
  const answer = await http.call({ purpose: 'discovery', url });
  if (answer.status === 200) return discoveredMetadata(answer.text, options);
  const kind = answer.status >= 500 || answer.status === 429 ? 'unreachable' : 'misconfigured';
  throw new ProviderFailure(kind, 'discovery_status', `${place(url)} answered ${answer.status}`);
}

/** Key files count only without a key set URL (reference: provider_verifier.go). */
function keysOf({ jwksUri }: Metadata, { options, http, clock }: IssuerParts): KeySet {
  if (jwksUri !== undefined) return remoteKeys({ url: jwksUri, http, clock });
  if (options.oidcPublicKeyFiles.length > 0) return fileKeys(options.oidcPublicKeyFiles);
  throw new ProviderFailure(
    'misconfigured',
    'jwks_unknown',
    'neither discovery nor --oidc-jwks-url nor --oidc-public-key-file tells the keys',
  );
}
