// Is a browser back from the sign-out that it began here, and where did it want to go? (security R2, R4)
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { isSameText } from '../lib/same-text.ts';
import { cookieNames, cookieValues } from '../request/cookies.ts';
import type { CookieScope } from './cookie-scope.ts';
import type { Sealer } from './seal.ts';
import { setCookieLine } from './set-cookie.ts';
import type { CookieRequest } from './store.ts';

export interface SignOutTrips {
  /** `state` for the provider, and the cookie that will know it again. */
  begin(request: CookieRequest, returnTo: string): Promise<{ readonly state: string; readonly cookie: string }>;
  /** Where the browser wanted to go; undefined when this state is not of this browser. */
  end(request: CookieRequest, state: string): Promise<string | undefined>;
  /** Set-Cookie lines that make a state good for one time only. */
  forget(request: CookieRequest): readonly string[];
}

export interface SignOutTripParts {
  readonly cookieName: string;
  readonly sealer: Sealer;
  readonly scope: CookieScope;
  readonly clock: Clock;
}

const lifetimeMs = 10 * 60_000;
const tripSchema = z.object({ h: z.string(), rd: z.string(), t: z.number() });

export function signOutTrips({ cookieName, sealer, scope, clock }: SignOutTripParts): SignOutTrips {
  const name = `${cookieName}_sign_out`;
  return {
    async begin({ host }, returnTo) {
      const state = randomBytes(32).toString('base64url');
      const value = await sealer.seal({ h: digest(state), rd: returnTo, t: clock() });
      return { state, cookie: setCookieLine(name, value, { ...scope.csrf(host), maxAge: lifetimeMs / 1000 }) };
    },
    async end({ cookieHeader }, state) {
      for (const value of cookieValues(cookieHeader, name)) {
        const trip = tripSchema.safeParse(await sealer.open(value));
        if (!trip.success || trip.data.t <= clock() - lifetimeMs) continue;
        if (isSameText(trip.data.h, digest(state))) return trip.data.rd;
      }
      return undefined;
    },
    forget({ cookieHeader, host }) {
      return cookieNames(cookieHeader).includes(name) ? [setCookieLine(name, '', scope.csrfDeletion(host))] : [];
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
