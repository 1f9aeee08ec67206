// How are the parts of the service made from the configuration? In order, by plain calls; nothing here runs by itself.
import { signatureKeyOf } from './config/signature-key.ts';
import { noMetrics } from './lib/metrics.ts';
import { createProvider } from './provider/catalog.ts';
import { refreshing } from './provider/refreshing.ts';
import { resume } from './provider/resume.ts';
import { whoAsks } from './provider/who-asks.ts';
import { callbackUrl } from './request/callback-url.ts';
import { readOriginalRequest } from './request/original-request.ts';
import { returnTargets } from './request/read-return-to.ts';
import { createPages } from './response/pages.ts';
import { watchedBuffers } from './response/watched-buffers.ts';
import { visits as createVisits } from './routes/visit.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { bearerParts, passwordParts } from './parts/credentials.ts';
import type { Given } from './parts/given.ts';
import { policyParts } from './parts/policy.ts';
import { sessionParts } from './parts/session.ts';

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
    /** Credentials beside the cookie are looked at. */
    readsAuthorization: bearer !== undefined || passwords !== undefined,
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
