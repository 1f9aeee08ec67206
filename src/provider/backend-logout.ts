// Tells the provider, server to server, that a session has ended (--backend-logout-url).
import type { Logger } from '../lib/logger.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';

export interface BackendLogoutParts {
  /** May hold `{id_token}`; empty: nobody is told. */
  readonly url: string;
  readonly http: Http;
  readonly logger: Logger;
}

/** A failure is logged and no more: signing out here has happened already. */
export function backendLogout({
  url,
  http,
  logger,
}: BackendLogoutParts): (idToken: string | undefined) => Promise<void> {
  return async (idToken) => {
    if (url === '') return;
    if (idToken === undefined && url.includes('{id_token}')) {
      logger.warn('the provider was not told of a sign-out: the session holds no ID token', { reason: 'no_id_token' });
      return;
    }
    try {
      const { status } = await http.call({
        purpose: 'backend_logout',
        url: url.replaceAll('{id_token}', idToken ?? ''),
      });
      if (status === 200) logger.info('the provider was told of a sign-out', { status });
      else logger.warn('the provider did not accept a sign-out', { reason: 'backend_logout_refused', status });
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      logger.warn('the provider could not be told of a sign-out', { reason: error.reason, cause: error.message });
    }
  };
}
