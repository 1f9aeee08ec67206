// What can be done at the provider when a user signs out? Puts the parts of the sign-out together.
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import { clientSecret } from './client-secret.ts';
import { callBackend, endSession, type Told } from './end-session.ts';
import { endSessionUrl, type EndSessionWish } from './end-session-url.ts';
import type { Http } from './http.ts';
import type { Metadata } from './metadata.ts';
import type { ProviderOptions, SignOutOptions } from './options.ts';
import { revokeTokens } from './revocation.ts';
import type { Flavour } from './sign-in.ts';
import { isKeycloakLogout, isSamePlace, planSignOut, type SignOutPlan } from './sign-out-plan.ts';

export interface SignOutAtProvider {
  /** The target as a URL when it is the end-session endpoint itself, which needs no whitelist. */
  endpointIn(target: string): URL | undefined;
  plan(wishAtProvider: URL | undefined): SignOutPlan;
  urlFor(wish: EndSessionWish): URL;
  /** Server to server. Never throws for a fault of the provider. */
  tell(plan: SignOutPlan & { readonly kind: 'backend' | 'call' }, session: Session | undefined): Promise<Told>;
  /** Best effort, the result is logged. */
  revoke(session: Session): Promise<void>;
}

export interface SignOutParts {
  readonly options: ProviderOptions;
  readonly signOutOptions: SignOutOptions;
  readonly flavour: Pick<Flavour, 'isKeycloak'>;
  readonly http: Http;
  readonly logger: Logger;
  metadata(): Metadata | undefined;
}

export function signOutAtProvider(parts: SignOutParts): SignOutAtProvider {
  const { options, signOutOptions, flavour, metadata } = parts;
  const { clientId, backendLogoutUrl, oidcIssuerUrl } = options;
  const { oidcLogout, oidcEndSessionUrl, postLogoutRedirectUrl, revokeTokensOnSignOut } = signOutOptions;
  const endpoint = () => oidcEndSessionUrl || metadata()?.endSessionEndpoint;
  const isKeycloak = (url: URL) => flavour.isKeycloak || isKeycloakLogout(url);
  const telling = { ...parts, clientId, isKeycloak, secret: clientSecret(options) };

  return {
    endpointIn(target) {
      const url = URL.parse(target);
      const known = endpoint();
      if (url === null || known === undefined || url.username !== '' || url.password !== '') return undefined;
      return isSamePlace(url, new URL(known)) ? url : undefined;
    },
    plan(wishAtProvider) {
      const known = endpoint();
      return planSignOut({
        mode: oidcLogout,
        isDiscovered: metadata() !== undefined,
        endSessionEndpoint: known,
        backendLogoutUrl,
        mayReturn: postLogoutRedirectUrl !== '',
        isKeycloak: flavour.isKeycloak || (known !== undefined && isKeycloakLogout(new URL(known))),
        wishAtProvider,
      });
    },
    urlFor: (wish) => endSessionUrl(metadata()?.issuer ?? oidcIssuerUrl, clientId, wish),
    tell: (plan, session) =>
      plan.kind === 'backend' ? endSession(telling, plan, session) : callBackend(telling, plan.url, session),
    async revoke(session) {
      const known = metadata();
      // As the reference, `off` leaves the provider alone.
      if (known?.revocationEndpoint === undefined || revokeTokensOnSignOut === 'off' || oidcLogout === 'off') return;
      await revokeTokens(telling, known, session);
    },
  };
}
