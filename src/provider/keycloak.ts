// Which roles does a Keycloak access token give? (behaviour.md §15.4)
import { decodeJwt } from 'jose';
import { asTexts } from './claims.ts';
import { ProviderFailure } from './failure.ts';
import { isObject, own } from './json.ts';
import type { Claims } from './json.ts';

/**
 * `admin` for a realm role, `client:reader` for a client role. Keycloak writes roles into the access token only; it came
 * straight from the token endpoint, so its signature is not looked at (reference: keycloak_oidc.go).
 * @throws ProviderFailure when the access token is no JWT
 */
export function keycloakRoles(accessToken: string): readonly string[] {
  const claims = claimsOf(accessToken);
  const realm = rolesIn(own(claims, 'realm_access'));
  const resources = own(claims, 'resource_access');
  const clients = isObject(resources) ? Object.keys(resources) : [];
  const ofClients = clients.flatMap((client) => rolesIn(own(resources, client)).map((role) => `${client}:${role}`));
  return [...new Set([...realm, ...ofClients])];
}

function rolesIn(access: unknown): readonly string[] {
  return asTexts(own(access, 'roles'));
}

function claimsOf(accessToken: string): Claims {
  try {
    return decodeJwt(accessToken);
  } catch (error) {
    throw new ProviderFailure(
      'misconfigured',
      'access_token_not_jwt',
      'the access token is no JWT, so it names no roles',
      error,
    );
  }
}
