// What does the operator want that takes more than a value for each? Upstreams, headers, parameters of the sign-in page.
import type { Checkup } from './checkup.ts';
import type { HeaderRules } from './header-rule.ts';
import { legacyHeaders } from './legacy-headers.ts';
import { readUpstreams } from './legacy-upstreams.ts';
import { legacyLoginParameters, type LoginParameter } from './login-parameter.ts';
import type { UpstreamConfig } from './upstream.ts';

/** Whatever form it was written in, the parts of the service see this. */
export interface Structure {
  /** The sites behind us. */
  readonly upstreamConfig: UpstreamConfig;
  readonly headerRules: HeaderRules;
  readonly loginParameters: readonly LoginParameter[];
  /** Names of claims that a session keeps beside the usual ones. */
  readonly additionalClaims: readonly string[];
}

/** From options. */
export function legacyStructure(checkup: Checkup): Structure {
  const { header, provider } = checkup.config;
  return {
    upstreamConfig: readUpstreams(checkup),
    headerRules: legacyHeaders(header),
    loginParameters: legacyLoginParameters(provider),
    additionalClaims: [],
  };
}
