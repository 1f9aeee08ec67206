// How are the readers of credentials made that a request may bring in place of a cookie?
import { basicSession } from '../provider/basic-session.ts';
import { bearerSession } from '../provider/bearer-session.ts';
import { createBearerTokens } from '../provider/catalog.ts';
import { watchedHtpasswd } from '../provider/htpasswd.ts';
import { passwordUsers } from '../provider/password-users.ts';
import type { Provider } from '../provider/provider.ts';
import type { Visits } from '../routes/visit.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { Given } from './given.ts';

interface BearerNeeds {
  readonly visits: Visits;
  readonly provider: Provider;
  readonly marks: Pick<SignOutMarks, 'isEnded'>;
}

/** Undefined without --skip-jwt-bearer-tokens. */
export function bearerParts(given: Given, { visits, provider, marks }: BearerNeeds) {
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
export function passwordParts({ config: { policy, header }, logger, clock }: Given, visits: Visits) {
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
