// Which options decide how the provider is talked to?
import type { Config } from '../config/options.ts';

export type ProviderOptions = Config['provider'];
export type SignOutOptions = Config['signOut'];

/** The older --user-id-claim counts while --oidc-email-claim is at its default (reference: providers.go). */
export function emailClaimOf({ oidcEmailClaim, userIdClaim }: ProviderOptions): string {
  const isOldNameMeant = oidcEmailClaim === 'email' && userIdClaim !== '';
  return isOldNameMeant ? userIdClaim : oidcEmailClaim;
}
