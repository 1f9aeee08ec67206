// What can an operator do about a failure of the provider?

const client = 'check --client-id and --client-secret against the client at the provider';
const request = 'the log of the provider says what it did not like about the request';
const endpoint = 'check that the token endpoint, of discovery or --redeem-url, is the one of the provider';

const discovery =
  'open --oidc-issuer-url with /.well-known/openid-configuration behind it: it must answer, and name that very issuer';

const remedies: Readonly<Record<string, string>> = {
  token_endpoint_invalid_client: client,
  // Keycloak says so of a wrong secret, the standard (RFC 6749 §5.2) of a client that may not use the grant.
  token_endpoint_unauthorized_client: `${client}, and that it may use refresh tokens there`,
  token_endpoint_invalid_scope: 'check --scope against the scopes that the provider gives to this client',
  token_endpoint_invalid_request: request,
  token_endpoint_invalid_target: request,
  token_endpoint_unsupported_grant_type: 'allow the client at the provider to use codes and refresh tokens',
  token_endpoint_error: request,
  token_endpoint_status: endpoint,
  token_endpoint_no_access_token: endpoint,
  token_endpoint_not_json: endpoint,
  token_endpoint_bad_url: endpoint,
  discovery_issuer_mismatch: 'set --oidc-issuer-url to the issuer that the provider names, byte by byte',
  discovery_status: discovery,
  discovery_not_json: discovery,
  discovery_invalid: discovery,
  discovery_bad_url: discovery,
  discovery_answer_too_large: discovery,
  jwks_unknown: 'set --oidc-jwks-url',
  signing_algorithms: 'leave --oidc-enabled-signing-alg out, or name algorithms that the provider uses',
  token_endpoint_unavailable: 'the provider is overloaded or broken: look at its own log',
};

/** Undefined where the reason says all there is to say. */
export function remedyFor(reason: string): string | undefined {
  if (/_(?:unreachable|timeout)$/.test(reason) || reason === 'provider_not_ready')
    return 'check that the provider runs and that this machine can reach it';
  return Object.hasOwn(remedies, reason) ? remedies[reason] : undefined;
}
