// Where is a browser sent to sign in?
import { Configuration, allowInsecureRequests, buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import { ProviderFailure } from './failure.ts';
import type { LoginParametersFor } from './login-parameters.ts';
import type { Metadata } from './metadata.ts';
import type { ProviderOptions } from './options.ts';
import type { AuthorizationRequest } from './provider.ts';

export interface AuthorizationPlan {
  readonly metadata: Metadata;
  readonly options: ProviderOptions;
  /** --allowed-group, which needs the groups claim. */
  readonly allowedGroups: readonly string[];
  readonly loginParameters: LoginParametersFor;
  readonly request: AuthorizationRequest;
}

export type ChallengeMethod = 'S256' | 'plain';

/** RFC 9700 §2.1.1: S256 whenever the provider offers it; `plain` only if the operator says so (security F-5). */
export function challengeMethod(options: ProviderOptions, metadata: Metadata | undefined): ChallengeMethod | undefined {
  const wanted = options.codeChallengeMethod || options.forceCodeChallengeMethod;
  if (wanted !== '') return wanted;
  return metadata?.codeChallengeMethods?.includes('S256') ? 'S256' : undefined;
}

export async function authorizationUrl(plan: AuthorizationPlan): Promise<URL> {
  const { metadata, options } = plan;
  const parameters = await parametersOf(plan);
  try {
    const endpoint = withoutOurs(new URL(metadata.authorizationEndpoint), [...parameters.keys()]);
    const server = { issuer: metadata.issuer, authorization_endpoint: endpoint.href };
    const configuration = new Configuration(server, options.clientId);
    allowInsecureRequests(configuration);
    return buildAuthorizationUrl(configuration, parameters);
  } catch (error) {
    const message = `the login URL "${metadata.authorizationEndpoint}" is not usable`;
    throw new ProviderFailure('misconfigured', 'login_url', message, error);
  }
}

async function parametersOf(plan: AuthorizationPlan): Promise<URLSearchParams> {
  const { metadata, options, allowedGroups, request } = plan;
  const method = challengeMethod(options, metadata);
  const verifier = method === undefined ? undefined : request.codeVerifier;
  const ours = {
    client_id: options.clientId,
    response_type: 'code', // RFC 9700 §2.1.2: never a token in the URL (security BCP-6)
    redirect_uri: request.redirectUri,
    scope: options.scope || defaultScope(metadata, allowedGroups),
    state: request.state,
    nonce: request.nonce,
    response_mode: options.authRequestResponseMode,
    code_challenge: verifier === undefined ? '' : await challenge(verifier, method),
    code_challenge_method: verifier === undefined ? '' : (method ?? ''),
  };
  const parameters = new URLSearchParams(Object.entries(ours).filter(([, value]) => value !== ''));
  for (const [name, values] of furtherOf(plan)) for (const value of values) parameters.append(name, value);
  return parameters;
}

/** A prompt of the moment takes the place of the configured one. */
function furtherOf({ loginParameters, request }: AuthorizationPlan): ReadonlyMap<string, readonly string[]> {
  const further = new Map(loginParameters(request.asked ?? (() => [])));
  if (!request.prompt) return further;
  further.delete('approval_prompt');
  return further.set('prompt', [request.prompt]);
}

/** Keycloak refuses the whole sign-in with `invalid_scope` if it does not know the scope, so `groups` only where it is listed. */
function defaultScope({ scopes }: Metadata, allowedGroups: readonly string[]): string {
  const wantsGroups = allowedGroups.some((group) => group !== '') && scopes?.includes('groups');
  return wantsGroups ? 'openid email profile groups' : 'openid email profile';
}

/** RFC 7636 §4.2 */
async function challenge(verifier: string, method: ChallengeMethod | undefined): Promise<string> {
  return method === 'plain' ? verifier : calculatePKCECodeChallenge(verifier);
}

/** The login URL's own query is kept, yet it must not double a parameter of ours (M26); a second scope is the reference's way. */
function withoutOurs(endpoint: URL, names: readonly string[]): URL {
  for (const name of names) if (name !== 'scope') endpoint.searchParams.delete(name);
  return endpoint;
}
