// How are the parts of the service made from the configuration? In order, by plain calls; nothing here runs by itself.
import type { Config, Flag } from './config/options.ts';
import { signatureKeyOf } from './config/signature-key.ts';
import type { UpstreamConfig } from './config/upstream.ts';
import { networkSet } from './lib/addresses.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { noMetrics, type Metrics } from './lib/metrics.ts';
import { emailAdmission, watchedEmailList } from './policy/email-list.ts';
import { membership } from './policy/membership.ts';
import { rules } from './policy/rule.ts';
import { apiRoutes, skipAuthRules } from './policy/skip-auth.ts';
import { bearerSession } from './provider/bearer-session.ts';
import { createBearerTokens, createProvider } from './provider/catalog.ts';
import type { Proxies } from './provider/http.ts';
import { logoutTokenLifetimeMs } from './provider/logout-token.ts';
import { refreshing } from './provider/refreshing.ts';
import { basicSession } from './provider/basic-session.ts';
import { watchedHtpasswd } from './provider/htpasswd.ts';
import type { Provider } from './provider/provider.ts';
import { passwordUsers } from './provider/password-users.ts';
import { resume } from './provider/resume.ts';
import { whoAsks } from './provider/who-asks.ts';
import { callbackUrl } from './request/callback-url.ts';
import { readOriginalRequest } from './request/original-request.ts';
import { returnTargets } from './request/read-return-to.ts';
import { createPages } from './response/pages.ts';
import { watchedBuffers } from './response/watched-buffers.ts';
import { cookieScope } from './session/cookie-scope.ts';
import { cookieStore } from './session/cookie-store.ts';
import { loginAttempts } from './session/login-attempt.ts';
import { foreignAttempts } from './session/reference-attempt.ts';
import { foreignSessions } from './session/reference-store.ts';
import { liveSecrets } from './session/live-secrets.ts';
import { keyIdOf, sealer } from './session/seal.ts';
import { redisSessions } from './session/redis-sessions.ts';
import { refusedAccounts } from './session/refused-account.ts';
import type { Shared } from './session/shared.ts';
import { signOutConfirmations } from './session/sign-out-confirmation.ts';
import { signOutMarks, type SignOutMarks } from './session/sign-out-marks.ts';
import { signOutTrips } from './session/sign-out-trip.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { visits as createVisits, type Visits } from './routes/visit.ts';

export interface Given {
  readonly config: Config;
  readonly upstreamConfig: UpstreamConfig;
  isGiven(flag: Flag): boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  readonly proxies?: Proxies;
  /** Absent: nobody else is known of. */
  readonly shared?: Shared | undefined;
  /** Absent: nothing is counted. */
  readonly metrics?: Metrics | undefined;
}

/** How many sign-ins may be under way in one browser when the operator does not say (security F-2). */
const defaultAttempts = 5;
/** Memory for opened seals: a few thousand sessions of ordinary size. */
const rememberedCharacters = 32 * 1024 * 1024;

export function sessionParts({ config, isGiven, logger, clock, shared, metrics = noMetrics }: Given) {
  const { cookie, provider, session } = config;
  const { cookieName } = cookie;
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
    rememberedCharacters: rememberedCharacters / 2, // fewer from day to day
  });
  const link = session.sessionStoreType === 'redis' ? shared?.link : undefined;
  const inRedis =
    link &&
    redisSessions({
      name: cookieName,
      link,
      secrets,
      sealer: sealer({
        secrets,
        purpose: `ticket ${cookieName}`,
        rememberedCharacters,
        onOldSecret: metrics.oldSecret,
      }),
      foreign,
      scope,
      logger,
      metrics,
      clock,
      lifetimeMs: cookie.cookieExpireMs,
      graceMs: session.sessionOutageGraceMs,
    });
  const inCookies = cookieStore({
    name: cookieName,
    sealer: sealer({ secrets, purpose, rememberedCharacters, onOldSecret: metrics.oldSecret }),
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
    sealer: sealer({ secrets, purpose: `attempt ${cookieName}`, rememberedCharacters: 0 }),
    foreign: foreignAttempts(secrets),
    scope,
    clock,
  });
  const seals = (purpose: string) => sealer({ secrets, purpose: `${purpose} ${cookieName}`, rememberedCharacters: 0 });
  return {
    secrets,
    store: inRedis?.store ?? inCookies,
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

export function policyParts({ config: { policy }, logger }: Given) {
  const { emailDomains, authenticatedEmailsFile, allowedGroups, allowedRoles } = policy;
  const emails = authenticatedEmailsFile === '' ? undefined : watchedEmailList(authenticatedEmailsFile, logger);
  const admitsEmail = emailAdmission({ emailDomains, ...(emails && { isListed: (email) => emails.has(email) }) });
  const trusted = networkSet(policy.trustedIps);
  const members = membership({ admitsEmail, allowedGroups, allowedRoles });
  return {
    membership: members,
    isApi: apiRoutes(policy),
    ruleOf: rules({
      membership: members,
      skipsAuth: skipAuthRules(policy),
      skipPreflight: policy.skipAuthPreflight,
      trusts: (address) => trusted.contains(address),
    }),
    closeEmails: () => emails?.close(),
  };
}

export type Parts = ReturnType<typeof createParts>;

export function createParts(given: Given) {
  const { config, logger, clock, version, metrics = noMetrics } = given;
  const { request, page, policy: policyOptions } = config;
  const prefix = request.proxyPrefix;

  const visits = createVisits({ readOriginal: readOriginalRequest(request), ...request, logger, clock });
  const { identity, watched } = watchedBuffers(given);
  const own = sessionParts(given);
  const sessions = { ...own, store: watched(own.store) };
  const provider = createProvider({ ...given, ...config });
  const refreshes = refreshing({
    ...{ ...sessions, provider, logger, metrics, clock, turns: given.shared?.turns },
    refreshAfter: config.cookie.cookieRefresh,
    lifetimeMs: config.cookie.cookieExpireMs,
  });
  const policy = policyParts(given);
  const passwords = passwordParts(given, visits);
  const bearer = bearerParts(given, { visits, provider, marks: sessions.marks });
  const pages = createPages({
    page,
    prefix,
    version,
    emailDomains: policyOptions.emailDomains,
    hasEmailsFile: policyOptions.authenticatedEmailsFile !== '',
    hasPasswordForm: policyOptions.htpasswdFile !== '' && page.displayHtpasswdForm,
    providerName: () => provider.displayName,
    formActionOrigins: () => provider.ownOrigins(),
  });
  const upstreams = createUpstreams({ ...given, signatureKey: signatureKeyOf(config.upstream.signatureKey) });
  return {
    ...{ logger, clock, metrics, visits, ...sessions, provider, ...policy, identity, pages, upstreams },
    passwords: passwords?.users,
    resume: whoAsks({
      identify: [...(bearer ? [bearer.identify] : []), ...(passwords ? [passwords.identify] : [])],
      forbidsUnusable: bearer !== undefined && !policyOptions.bearerTokenLoginFallback,
      resume: resume({ ...sessions, ...refreshes, logger, clock, onForeign: metrics.foreignSession }),
    }),
    refreshesSettled: refreshes.settled,
    targets: returnTargets(request),
    callbackUrl: callbackUrl({ ...config.provider, ...request, ...config.cookie }),
    async close() {
      policy.closeEmails();
      bearer?.close();
      await passwords?.close();
      sessions.secrets.close();
      sessions.closeStore();
    },
    notReadyBecause: async () => provider.notReadyBecause() ?? (await sessions.store.notReadyBecause()),
  };
}

interface BearerNeeds {
  readonly visits: Visits;
  readonly provider: Provider;
  readonly marks: Pick<SignOutMarks, 'isEnded'>;
}

/** Undefined without --skip-jwt-bearer-tokens. */
function bearerParts(given: Given, { visits, provider, marks }: BearerNeeds) {
  const { config, logger } = given;
  if (!config.policy.skipJwtBearerTokens) return undefined;
  const { tokens, close } = createBearerTokens({ ...given, ...config, own: provider });
  const identify = bearerSession({
    tokens,
    isEnded: marks.isEnded,
    fallsBack: config.policy.bearerTokenLoginFallback,
    log: ({ message }, reason) =>
      logger.auth({
        ...visits.facts(message),
        status: 'AuthFailure',
        message: 'Invalid authentication via bearer token',
        reason,
      }),
  });
  return { identify, close };
}

/** Undefined without --htpasswd-file. */
function passwordParts({ config: { policy, header }, logger, clock }: Given, visits: Visits) {
  if (policy.htpasswdFile === '') return undefined;
  const file = watchedHtpasswd({ path: policy.htpasswdFile, logger });
  const users = passwordUsers({ file, groups: policy.htpasswdUserGroups, clock });
  return {
    users,
    identify: basicSession({
      users,
      preferEmail: header.preferEmailToUser,
      log: ({ message }, event) => logger.auth({ ...visits.facts(message), ...event }),
    }),
    async close() {
      file.close();
      await users.close();
    },
  };
}
