// How are the parts made that know who is signed in?
import { noMetrics } from '../lib/metrics.ts';
import { logoutTokenLifetimeMs } from '../provider/logout-token.ts';
import { cookieScope } from '../session/cookie-scope.ts';
import { cookieStore } from '../session/cookie-store.ts';
import { liveSecrets } from '../session/live-secrets.ts';
import { loginAttempts } from '../session/login-attempt.ts';
import { redisSessions } from '../session/redis-sessions.ts';
import { foreignAttempts } from '../session/reference-attempt.ts';
import { foreignSessions } from '../session/reference-store.ts';
import { refusedAccounts } from '../session/refused-account.ts';
import { keyIdOf, sealer } from '../session/seal.ts';
import { signOutConfirmations } from '../session/sign-out-confirmation.ts';
import { signOutMarks } from '../session/sign-out-marks.ts';
import { signOutTrips } from '../session/sign-out-trip.ts';
import type { Given } from './given.ts';

/** How many sign-ins may be under way in one browser when the operator does not say (security F-2). */
const defaultAttempts = 5;
/** Of --session-cache-size: what is asked for again and again has its answer ready, so these are opened seldom. */
const sealShare = 0.25;

export function sessionParts({ config, isGiven, logger, clock, shared, metrics = noMetrics }: Given) {
  const { cookie, provider, session } = config;
  const { cookieName } = cookie;
  const cacheBytes = session.sessionCacheSize * 1024 * 1024;
  // The rest holds answers that are ready (ready.ts).
  const rememberedBytes = Math.floor(sealShare * cacheBytes);
  const purpose = `session ${cookieName}`;
  const secrets = liveSecrets({
    secrets: cookie.cookieSecret,
    paths: cookie.cookieSecretFile,
    logger,
    keyIdOf: (secret) => keyIdOf(secret, purpose),
  });
  const minimal = session.sessionCookieMinimal;
  const scope = cookieScope({
    cookie,
    formPost: provider.authRequestResponseMode === 'form_post',
    unfitHost: (host) => logger.warn('no --cookie-domain fits the host; browsers will refuse the cookie', { host }),
  });
  const foreign = foreignSessions({
    cookieName,
    secrets,
    hasRoles: provider.provider === 'keycloak-oidc',
    rememberedBytes: Math.floor(rememberedBytes / 2), // fewer from day to day
  });
  const remembering = { secrets, rememberedBytes, onOldSecret: metrics.oldSecret };
  const ticketSealer = sealer({ ...remembering, purpose: `ticket ${cookieName}` });
  const sessionSealer = sealer({ ...remembering, purpose });
  const link = session.sessionStoreType === 'redis' ? shared?.link : undefined;
  const inRedis =
    link &&
    redisSessions({
      name: cookieName,
      link,
      secrets,
      sealer: ticketSealer,
      foreign,
      scope,
      logger,
      metrics,
      clock,
      lifetimeMs: cookie.cookieExpireMs,
      graceMs: session.sessionOutageGraceMs,
      rememberedBytes: 2 * cacheBytes, // they outlive an outage here
    });
  const inCookies = cookieStore({
    name: cookieName,
    sealer: sessionSealer,
    scope,
    clock,
    lifetimeMs: cookie.cookieExpireMs,
    minimal,
    foreign,
  });
  const attempts = loginAttempts({
    cookieName,
    perRequest: cookie.cookieCsrfPerRequest || !isGiven('cookie-csrf-per-request'),
    limit: isGiven('cookie-csrf-per-request-limit') ? cookie.cookieCsrfPerRequestLimit : defaultAttempts,
    lifetimeMs: cookie.cookieCsrfExpireMs,
    encodeState: provider.encodeState,
    secrets,
    sealer: sealer({ secrets, purpose: `attempt ${cookieName}`, rememberedBytes: 0 }),
    foreign: foreignAttempts(secrets),
    scope,
    clock,
  });
  const seals = (purpose: string) => sealer({ secrets, purpose: `${purpose} ${cookieName}`, rememberedBytes: 0 });
  return {
    /** For what became of sessions that were refreshed. */
    rememberedBytes: cacheBytes,
    secrets,
    store: inRedis?.store ?? inCookies,
    /** Of a session cookie of this store. */
    isCurrentSeal: (inRedis ? ticketSealer : sessionSealer).isCurrent,
    desk: inRedis?.desk,
    closeStore: () => inRedis?.close(),
    attempts,
    refused: refusedAccounts({ cookieName, sealer: seals('refused account'), scope, clock, minimal }),
    marks: signOutMarks({
      clock,
      lifetimeMs: cookie.cookieExpireMs,
      tokenLifetimeMs: logoutTokenLifetimeMs,
      shared: shared?.board && { board: shared.board, sealer: seals('sign-out mark') },
    }),
    trips: signOutTrips({ cookieName, sealer: seals('sign-out'), scope, clock }),
    noteSealer: seals('renewal'),
    confirmations: signOutConfirmations({ sealer: seals('sign-out confirmation'), clock }),
  };
}
