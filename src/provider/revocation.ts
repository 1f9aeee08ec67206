// Takes back the tokens of a session that has ended. RFC 7009; best effort.
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import { announcedStyle, credentials } from './client-credentials.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import type { Metadata } from './metadata.ts';

export interface RevocationParts {
  readonly http: Http;
  readonly logger: Logger;
  readonly clientId: string;
  secret(): string;
}

/** Refresh token first: whoever has it can get new ones of the other kind (RFC 7009 §2.1). Never throws for a fault of the provider. */
export async function revokeTokens(
  parts: RevocationParts,
  metadata: Metadata,
  { refreshToken, accessToken }: Session,
): Promise<void> {
  const tokens = { refresh_token: refreshToken, access_token: accessToken };
  for (const [kind, token] of Object.entries(tokens)) {
    if (token !== undefined) await revoke(parts, metadata, { kind, token });
  }
}

async function revoke(
  { http, logger, clientId, secret }: RevocationParts,
  metadata: Metadata,
  { kind, token }: { kind: string; token: string },
): Promise<void> {
  const { headers, form } = credentials(announcedStyle(metadata, secret()), clientId, secret());
  try {
    const { status } = await http.call({
      purpose: 'revocation',
      url: metadata.revocationEndpoint ?? '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      form: new URLSearchParams({ ...form, token, token_type_hint: kind }).toString(),
    });
    if (status === 200) return logger.info('a token was revoked at sign-out', { kind });
    logger.warn('the provider did not revoke a token', { reason: `revocation_status_${status}`, kind });
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    logger.warn('a token could not be revoked', { reason: error.reason, kind });
  }
}
