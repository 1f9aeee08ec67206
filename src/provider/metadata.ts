// Where are the provider's endpoints, and what can it do?
import { z } from 'zod';
import { ProviderFailure } from './failure.ts';
import { place } from './http.ts';
import { parseObject } from './json.ts';
import type { ProviderOptions } from './options.ts';

export interface Metadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string | undefined;
  readonly userinfoEndpoint: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  readonly revocationEndpoint: string | undefined;
  /** Lists are undefined when the provider does not say. */
  readonly scopes: readonly string[] | undefined;
  readonly codeChallengeMethods: readonly string[] | undefined;
  readonly clientAuthMethods: readonly string[] | undefined;
  readonly signingAlgorithms: readonly string[] | undefined;
  readonly prompts: readonly string[] | undefined;
  /** RFC 9207 §3: every authorization response carries `iss`. */
  readonly sendsIss: boolean;
}

const endpoint = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'is no http or https URL');
const list = z.array(z.string()).optional().catch(undefined);

/** OpenID Connect Discovery 1.0 §3. What we can do without may be missing or odd. */
const schema = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint.optional(),
  userinfo_endpoint: endpoint.optional(),
  end_session_endpoint: endpoint.optional().catch(undefined),
  revocation_endpoint: endpoint.optional().catch(undefined),
  scopes_supported: list,
  code_challenge_methods_supported: list,
  token_endpoint_auth_methods_supported: list,
  id_token_signing_alg_values_supported: list,
  prompt_values_supported: list,
  authorization_response_iss_parameter_supported: z.boolean().optional().catch(undefined),
});

/** reference: exactly one trailing slash is not doubled. */
export function discoveryUrl(issuerUrl: string): string {
  return `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Discovered endpoints override options (reference: providers.go). @throws ProviderFailure */
export function discoveredMetadata(text: string, options: ProviderOptions): Metadata {
  const at = place(discoveryUrl(options.oidcIssuerUrl));
  const document = parseObject(text);
  if (document === undefined)
    throw new ProviderFailure('misconfigured', 'discovery_not_json', `${at} answered no JSON object`);
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new ProviderFailure('misconfigured', 'discovery_invalid', `${at} is not usable: ${problems}`);
  }
  const found = parsed.data;
  // OpenID Connect Discovery 1.0 §4.3, RFC 9700 §4.4 (mix-up). Byte by byte: a slash at the end counts.
  if (found.issuer !== options.oidcIssuerUrl && !options.insecureOidcSkipIssuerVerification) {
    throw new ProviderFailure(
      'misconfigured',
      'discovery_issuer_mismatch',
      `${at} says that the issuer is "${found.issuer}", but --oidc-issuer-url is "${options.oidcIssuerUrl}"`,
    );
  }
  return {
    issuer: found.issuer,
    authorizationEndpoint: found.authorization_endpoint,
    tokenEndpoint: found.token_endpoint,
    jwksUri: found.jwks_uri ?? given(options.oidcJwksUrl),
    userinfoEndpoint: found.userinfo_endpoint ?? given(options.profileUrl),
    endSessionEndpoint: found.end_session_endpoint,
    revocationEndpoint: found.revocation_endpoint,
    scopes: found.scopes_supported,
    codeChallengeMethods: found.code_challenge_methods_supported,
    clientAuthMethods: found.token_endpoint_auth_methods_supported,
    signingAlgorithms: found.id_token_signing_alg_values_supported,
    prompts: found.prompt_values_supported,
    sendsIss: found.authorization_response_iss_parameter_supported ?? false,
  };
}

/** With --skip-oidc-discovery the options alone say where everything is. */
export function configuredMetadata({
  oidcIssuerUrl,
  loginUrl,
  redeemUrl,
  oidcJwksUrl,
  profileUrl,
}: ProviderOptions): Metadata {
  return {
    issuer: oidcIssuerUrl,
    authorizationEndpoint: loginUrl,
    tokenEndpoint: redeemUrl,
    jwksUri: given(oidcJwksUrl),
    userinfoEndpoint: given(profileUrl),
    endSessionEndpoint: undefined,
    revocationEndpoint: undefined,
    scopes: undefined,
    codeChallengeMethods: undefined,
    clientAuthMethods: undefined,
    signingAlgorithms: undefined,
    prompts: undefined,
    sendsIss: false,
  };
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}
