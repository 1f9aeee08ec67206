// Who is told when identity headers and session cookies grow beyond nginx's buffers? Both are made with a warning built in.
import type { HeaderRules } from '../config/header-rule.ts';
import type { Config } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { watchedSizes } from '../session/size-watch.ts';
import type { SessionStore } from '../session/store.ts';
import { bufferWarnings, likelyBufferProblem } from './buffer-warnings.ts';
import { createIdentityHeaders, type IdentityHeaders } from './identity-headers.ts';

export interface WatchedBuffers {
  readonly identity: IdentityHeaders;
  /** The same store; only sessions in Redis leave nothing large in browsers. */
  watched(store: SessionStore): SessionStore;
}

export interface WatchedBuffersParts {
  readonly config: Config;
  readonly headerRules: HeaderRules;
  readonly logger: Logger;
  readonly clock: Clock;
}

export function watchedBuffers({ config, headerRules, logger, clock }: WatchedBuffersParts): WatchedBuffers {
  const warn = bufferWarnings({ logger, clock });
  const identity = createIdentityHeaders({
    rules: headerRules,
    groupsFormat: config.header.groupsHeaderFormat,
    clock,
    warnOfSize: (session, bytes) => warn('identity_headers', session, bytes),
  });
  const likely = likelyBufferProblem(config, headerRules);
  if (likely !== undefined) logger.info(likely);

  return {
    identity,
    watched(store) {
      if (config.session.sessionStoreType !== 'cookie') return store;
      return watchedSizes({
        name: config.cookie.cookieName,
        store,
        identityBytes: (session) =>
          identity.responseHeaders(session).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0),
        warn,
      });
    },
  };
}
