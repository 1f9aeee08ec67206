// Whom else do bearer tokens come from (--extra-jwt-issuers)?
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { background, type Background } from './background.ts';
import { bearerFacts, type BearerIssuer } from './bearer-token.ts';
import { identityOf, lookUp } from './claims.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { idTokenAlgorithms, verifyIdToken, type TrustedKeys } from './id-token.ts';
import { parseObject } from './json.ts';
import { remoteKeys } from './key-set.ts';
import { discoveryUrl } from './metadata.ts';

export interface ExtraIssuer extends BearerIssuer {
  stop(): void;
}

export interface ExtraIssuerParts {
  readonly issuer: string;
  readonly audience: string;
  /** Of the provider: they count for all issuers (reference). */
  readonly extraAudiences: readonly string[];
  readonly audienceClaims: readonly string[];
  readonly http: Http;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Nothing is asked of it before the first token that names it; one that cannot be reached is tried again. */
export function extraIssuer(parts: ExtraIssuerParts): ExtraIssuer {
  const { issuer, audience, extraAudiences, audienceClaims, clock, logger } = parts;
  const keys: Background<TrustedKeys> = background({ load: () => keysOf(parts), logger, name: `the issuer ${issuer}` });
  return {
    issuer,
    async verify(raw) {
      const token = await verifyIdToken(raw, await keys.ready(), {
        issuer,
        clientId: audience,
        extraAudiences,
        audienceClaims,
        nonce: { kind: 'ignored' },
        accessToken: undefined,
        isFresh: false,
        isBearer: true,
        nowMs: clock(),
      });
      const { claims } = token;
      const groups = lookUp(claims, 'groups') ?? [];
      const areTexts = Array.isArray(groups) && groups.every((group) => typeof group === 'string');
      if (!areTexts)
        throw new ProviderFailure('rejected', 'bearer_groups_invalid', 'the groups of the token are no list of texts');
      const names = { email: 'email', groups: 'groups', allowUnverifiedEmail: false, userForEmail: true } as const;
      return {
        ...(await identityOf(claims, async () => ({}), names)),
        ...bearerFacts(token, clock()),
      };
    },
    stop: keys.stop,
  };
}

const discovery = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.array(z.string()).optional().catch(undefined),
});

/** Without a usable discovery the keys are looked for where issuers without one keep them (reference: validation/options.go). */
async function keysOf({ issuer, http, clock }: ExtraIssuerParts): Promise<TrustedKeys> {
  const { status, text } = await http.call({ purpose: 'discovery', url: discoveryUrl(issuer) });
  const found = status === 200 ? discovery.safeParse(parseObject(text)).data : undefined;
  if (found === undefined || found.issuer !== issuer) {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
    return { keys: remoteKeys({ url, http, clock }), algorithms: ['RS256'] };
  }
  return {
    keys: remoteKeys({ url: found.jwks_uri, http, clock }),
    algorithms: idTokenAlgorithms([], found.id_token_signing_alg_values_supported),
  };
}
