// Which provider did the operator choose?
import type { LoginParameter } from '../config/login-parameter.ts';
import type { Config, Flag } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { jwtIssuer } from '../config/jwt-issuer.ts';
import { bearerTokens } from './bearer-token.ts';
import { extraIssuer } from './extra-issuer.ts';
import { http, type Http, type Proxies } from './http.ts';
import { keycloakLegacy } from './keycloak-legacy.ts';
import { keycloakRoles } from './keycloak.ts';
import { oidc } from './oidc.ts';
import type { OidcProvider } from './oidc.ts';
import type { ProviderOptions, SignOutOptions } from './options.ts';
import type { Flavour } from './sign-in.ts';

export interface ProviderParts {
  readonly provider: ProviderOptions;
  readonly signOut: SignOutOptions;
  readonly policy: Pick<Config['policy'], 'allowedGroups'>;
  readonly loginParameters: readonly LoginParameter[];
  readonly additionalClaims: readonly string[];
  isGiven(flag: Flag): boolean;
  /** How the provider is reached where nobody may call out directly. */
  readonly proxies?: Proxies;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Those that speak OpenID Connect. */
const flavours: Readonly<Partial<Record<ProviderOptions['provider'], Flavour>>> = {
  oidc: { displayName: 'OpenID Connect', isKeycloak: false, rolesOf: () => undefined },
  'keycloak-oidc': { displayName: 'Keycloak OIDC', isKeycloak: true, rolesOf: keycloakRoles },
};

/** Nothing is asked of the provider before `start()`. */
export function createProvider(parts: ProviderParts): OidcProvider {
  const { provider: options, signOut: signOutOptions, policy, isGiven, proxies, logger, clock } = parts;
  const { loginParameters, additionalClaims } = parts;
  const shared = { options, signOutOptions, loginParameters, http: providerHttp(options, proxies), logger, clock };
  if (options.provider === 'keycloak') return keycloakLegacy(shared);
  const flavour = flavours[options.provider];
  // config/ refuses at the start what is not built.
  if (flavour === undefined) throw new Error(`--provider "${options.provider}" is not supported yet`);
  const isSkipNonceGiven = isGiven('insecure-oidc-skip-nonce');
  return oidc({ ...shared, flavour, allowedGroups: policy.allowedGroups, additionalClaims, isSkipNonceGiven });
}

export interface BearerParts extends Pick<ProviderParts, 'provider' | 'proxies' | 'logger' | 'clock'> {
  readonly policy: Pick<Config['policy'], 'extraJwtIssuers'>;
  readonly own: Pick<OidcProvider, 'verifyBearer'>;
}

/** Bearer tokens of the provider and of --extra-jwt-issuers. */
export function createBearerTokens({ provider: options, policy, own, proxies, logger, clock }: BearerParts) {
  const shared = {
    extraAudiences: options.oidcExtraAudiences,
    audienceClaims: options.oidcAudienceClaims,
    http: providerHttp(options, proxies),
    ...{ logger, clock },
  };
  const extra = policy.extraJwtIssuers.map(jwtIssuer).map((one) => extraIssuer({ ...shared, ...one }));
  const issuer = options.insecureOidcSkipIssuerVerification ? undefined : options.oidcIssuerUrl;
  return {
    tokens: bearerTokens({ issuers: [{ issuer, verify: own.verifyBearer }, ...extra], clock }),
    close() {
      for (const { stop } of extra) stop();
      shared.http.close();
    },
  };
}

function providerHttp(options: ProviderOptions, proxies: Proxies | undefined): Http {
  return http({
    caFiles: options.providerCaFiles,
    useSystemTrustStore: options.useSystemTrustStore,
    skipTlsVerify: options.sslInsecureSkipVerify,
    ...(proxies && { proxies }),
  });
}
