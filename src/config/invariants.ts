// Does the configuration as a whole make sense? Every check, in the order in which problems are told.
import type { Check, Checkup } from './checkup.ts';
import { checkCookies } from './invariants-cookie.ts';
import { checkKeycloak } from './invariants-keycloak.ts';
import { checkLogs } from './invariants-log.ts';
import { checkPolicy } from './invariants-policy.ts';
import { checkProvider } from './invariants-provider.ts';
import { checkRedis } from './invariants-redis.ts';
import { checkRequests } from './invariants-request.ts';
import { checkServer } from './invariants-server.ts';
import { checkHeaders, checkPages } from './invariants-site.ts';
import { checkTemplates } from './invariants-templates.ts';
import { checkWorkers } from './invariants-workers.ts';
import { rows } from './options.ts';
import type { Row } from './options.ts';
import { defaultValueOf } from './settle.ts';
import { checkSignatureKey } from './signature-key.ts';

export const invariants: readonly Check[] = [
  checkProvider,
  checkKeycloak,
  checkCookies,
  checkRedis,
  checkPolicy,
  checkRequests,
  checkHeaders,
  checkServer,
  checkWorkers,
  checkPages,
  checkLogs,
  checkTemplates,
  checkSignatureKey,
  checkBuilt,
  warnOfDanger,
  warnOfOldNames,
];

/** No option is read and then ignored. */
function checkBuilt({ config, problem }: Checkup): void {
  for (const row of rows) {
    if (row.notYet !== undefined && !isDefault(row, valueOf(config, row)))
      problem(row.flag, 'is not supported yet', row.notYet);
  }
}

function warnOfDanger({ config, isGiven, nameOf, warn }: Checkup): void {
  const { provider, upstream } = config;
  const insecure = 'is insecure and meant for tests';
  if (provider.sslInsecureSkipVerify) warn(`${nameOf('ssl-insecure-skip-verify')} ${insecure}`);
  if (upstream.sslUpstreamInsecureSkipVerify) warn(`${nameOf('ssl-upstream-insecure-skip-verify')} ${insecure}`);
  if (provider.insecureOidcSkipIssuerVerification)
    warn(`${nameOf('insecure-oidc-skip-issuer-verification')}: tokens of other issuers are accepted`);
  if (provider.insecureOidcAllowUnverifiedEmail)
    warn(`${nameOf('insecure-oidc-allow-unverified-email')}: users may claim any e-mail address`);
  if (provider.insecureOidcSkipNonce && isGiven('insecure-oidc-skip-nonce')) {
    warn(`${nameOf('insecure-oidc-skip-nonce')}: a stolen ID token can be replayed; leave it out`);
  }
}

function warnOfOldNames({ isGiven, nameOf, warn }: Checkup): void {
  for (const { flag, deprecated } of rows) {
    if (deprecated !== undefined && isGiven(flag)) warn(`${nameOf(flag)} is deprecated; use ${deprecated}`);
  }
}

export function valueOf(config: Checkup['config'], { group, property }: Row): unknown {
  return (config[group] as Readonly<Record<string, unknown>>)[property];
}

export function isDefault(row: Row, value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(defaultValueOf(row));
}
