// Sends a browser to the provider, and remembers in it what the callback must prove.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { AuthorizationRequest, Provider } from '../provider/provider.ts';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { LoginAttempts } from '../session/login-attempt.ts';
import { forbidCaching } from '../response/send.ts';
import { appendCookies, redirect } from './answer.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignInWish {
  readonly returnTo: ReturnTo;
  /** How often this sign-in was started over already. */
  readonly restarts?: number;
  /** The user wants another account than the provider would pick by itself. */
  readonly otherAccount?: boolean;
  /** The provider's own session is not enough: the user is to prove anew who they are. */
  readonly anew?: boolean;
  /** What the request says under a name, where the operator lets it decide about parameters of the sign-in page. */
  readonly asked?: AuthorizationRequest['asked'];
}

export type BeginSignIn = (req: IncomingMessage, res: ServerResponse, wish: SignInWish) => Promise<void>;

export interface BeginSignInParts {
  readonly visits: Visits;
  readonly provider: Provider;
  readonly attempts: LoginAttempts;
  readonly callbackUrl: (original: OriginalRequest) => string;
  readonly clock: Clock;
}

export function beginSignIn({ visits, provider, attempts, callbackUrl, clock }: BeginSignInParts): BeginSignIn {
  return async (req, res, { returnTo, restarts = 0, otherAccount = false, anew = false, asked }) => {
    const visit = visits.of(req);
    const nonce = randomBytes(32).toString('base64url');
    await provider.whenReady();
    const codeVerifier = provider.codeChallengeMethod() && randomBytes(96).toString('base64url'); // RFC 7636 §4.1: at most 128 characters
    const begun = await attempts.begin(cookieRequest(req, visit), {
      returnTo,
      restarts,
      attempt: { nonce, codeVerifier, startedAtMs: clock() },
    });
    const url = await provider.authorizationUrl({
      redirectUri: callbackUrl(visit.original),
      state: begun.state,
      nonce,
      codeVerifier,
      prompt: anew ? 'login' : otherAccount ? provider.accountPrompt() : undefined,
      asked,
    });
    forbidCaching(res);
    appendCookies(res, begun.cookies);
    redirect(res, url);
  };
}
