// Which options decide how the provider is talked to?
import type { Config } from '../config/options.ts';

export type ProviderOptions = Config['provider'];
export type SignOutOptions = Config['signOut'];

/** The older --user-id-claim counts while --oidc-email-claim is at its default (reference: providers.go). */
export function emailClaimOf({ oidcEmailClaim, userIdClaim }: ProviderOptions): string {
  const isOldNameMeant = oidcEmailClaim === 'email' && userIdClaim !== '';
  return isOldNameMeant ? userIdClaim : oidcEmailClaim;
}

/** reference: of --provider=keycloak its own list takes the place of --allowed-group; there an empty one does so, too */
export function allowedGroupsOf({ provider, policy }: Pick<Config, 'provider' | 'policy'>): readonly string[] {
  const { provider: name, keycloakGroups } = provider;
  return name === 'keycloak' && keycloakGroups.length > 0 ? keycloakGroups : policy.allowedGroups;
}
