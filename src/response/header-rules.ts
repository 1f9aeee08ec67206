// Which headers say who the user is? The options compiled to one list, the shape that the alpha configuration has too.
import { groupsWithRoles } from '../session/session.ts';
import type { Session } from '../session/session.ts';

export type Claim = 'user' | 'email' | 'groups' | 'preferred_username' | 'access_token' | 'id_token';

/** One source of values; `basicAuthPassword` makes it `Basic base64(value:password)`, and beats a prefix. */
export interface HeaderValue {
  readonly claim: Claim;
  readonly prefix?: string;
  readonly basicAuthPassword?: string;
}

export interface HeaderRule {
  readonly name: string;
  readonly values: readonly HeaderValue[];
}

/** The header options, as in the configuration. */
export interface HeaderOptions {
  readonly basicAuthPassword: string;
  readonly passAccessToken: boolean;
  readonly passAuthorizationHeader: boolean;
  readonly passBasicAuth: boolean;
  readonly passUserHeaders: boolean;
  readonly preferEmailToUser: boolean;
  readonly setAuthorizationHeader: boolean;
  readonly setBasicAuth: boolean;
  readonly setXauthrequest: boolean;
  readonly skipAuthStripHeaders: boolean;
  readonly groupsHeaderFormat: 'comma' | 'json';
}

const from = (name: string, claim: Claim): HeaderRule => ({ name, values: [{ claim }] });
const bearer: HeaderRule = { name: 'Authorization', values: [{ claim: 'id_token', prefix: 'Bearer ' }] };

function basic({ basicAuthPassword, preferEmailToUser }: HeaderOptions): HeaderRule {
  return { name: 'Authorization', values: [{ claim: preferEmailToUser ? 'email' : 'user', basicAuthPassword }] };
}

/** To the upstream, in the reference's order (legacy_options.go: getRequestHeaders). */
export function requestRules(options: HeaderOptions): readonly HeaderRule[] {
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

/** On a 202 of auth and on proxied answers (legacy_options.go: getResponseHeaders). */
export function responseRules(options: HeaderOptions): readonly HeaderRule[] {
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

/**
 * The values of a claim; empty ones make no header. An access token that has expired is none: the application would only learn
 * that it is refused, and cannot get another one.
 */
export function valuesOf(claim: Claim, session: Session, nowMs: number): readonly string[] {
  if (claim === 'access_token' && (session.expiresAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) return [];
  return (claim === 'groups' ? groupsWithRoles(session) : [texts[claim](session)]).filter((value) => value !== '');
}

const texts: Readonly<Record<Exclude<Claim, 'groups'>, (session: Session) => string>> = {
  user: ({ user }) => user,
  email: ({ email }) => email,
  preferred_username: ({ preferredUsername }) => preferredUsername,
  access_token: ({ accessToken }) => accessToken ?? '',
  id_token: ({ idToken }) => idToken ?? '',
};
