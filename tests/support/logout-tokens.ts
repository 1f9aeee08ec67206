// The token by which the bendable provider says that somebody has signed out, as Keycloak makes it, or with a fault.
import { randomUUID } from 'node:crypto';
import type { BendableIdp } from './bendable-idp.ts';
import { jwt } from './signing.ts';
import type { JwtParts } from './signing.ts';

export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Claims set to undefined are left out. */
export function logoutToken(
  idp: Pick<BendableIdp, 'issuer'>,
  claims: Readonly<Record<string, unknown>> = {},
  { header, signer }: Pick<JwtParts, 'header' | 'signer'> = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const honest = {
    iss: idp.issuer,
    aud: 'the-client',
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    sub: 'user-1',
    typ: 'Logout',
    events: { [logoutEvent]: {} },
  };
  return jwt({
    header: { typ: 'logout+jwt', ...header },
    payload: { ...honest, ...claims },
    ...(signer && { signer }),
  });
}
