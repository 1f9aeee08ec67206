// What do the options about headers say? Each becomes rules of the one model. (reference: legacy_options.go)
import type { ClaimValue, HeaderRule, HeaderRules } from './header-rule.ts';
import type { Config } from './options.ts';

export type HeaderOptions = Config['header'];

export function legacyHeaders(options: HeaderOptions): HeaderRules {
  const preserves = !options.skipAuthStripHeaders;
  return {
    request: requestRules(options).map((rule) => ({ ...rule, preserves })),
    response: responseRules(options),
    stripsReserved: options.skipAuthStripHeaders,
  };
}

function from(name: string, claim: string, more?: Pick<ClaimValue, 'prefix' | 'basicAuthPassword'>): HeaderRule {
  return { name, values: [{ kind: 'claim', claim, ...more }], preserves: false, isExact: false };
}

const bearer = from('Authorization', 'id_token', { prefix: 'Bearer ' });

function basic({ basicAuthPassword, preferEmailToUser }: HeaderOptions): HeaderRule {
  return from('Authorization', preferEmailToUser ? 'email' : 'user', { basicAuthPassword });
}

/** In the reference's order (getRequestHeaders). */
function requestRules(options: HeaderOptions): readonly HeaderRule[] {
  const rules: HeaderRule[] = [];
  if (options.passBasicAuth && options.basicAuthPassword !== '') rules.push(basic(options));
  if (options.passBasicAuth || options.passUserHeaders) {
    rules.push(from('X-Forwarded-Groups', 'groups'));
    if (options.preferEmailToUser) rules.push(from('X-Forwarded-User', 'email'));
    else rules.push(from('X-Forwarded-User', 'user'), from('X-Forwarded-Email', 'email'));
    rules.push(from('X-Forwarded-Preferred-Username', 'preferred_username'));
  }
  if (options.passAccessToken) rules.push(from('X-Forwarded-Access-Token', 'access_token'));
  if (options.passAuthorizationHeader) rules.push(bearer);
  return rules;
}

/** getResponseHeaders */
function responseRules(options: HeaderOptions): readonly HeaderRule[] {
  const rules: HeaderRule[] = [];
  if (options.setXauthrequest) {
    rules.push(
      from('X-Auth-Request-User', 'user'),
      from('X-Auth-Request-Email', 'email'),
      from('X-Auth-Request-Preferred-Username', 'preferred_username'),
      from('X-Auth-Request-Groups', 'groups'),
    );
    if (options.passAccessToken) rules.push(from('X-Auth-Request-Access-Token', 'access_token'));
  }
  if (options.setBasicAuth) rules.push(basic(options));
  if (options.setAuthorizationHeader) rules.push(bearer);
  return rules;
}
