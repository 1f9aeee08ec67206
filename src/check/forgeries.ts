// Which headers must no client be able to send to an application behind nginx (security H-6, H-8)?

/** Who the user is: an application believes these. */
export const identityHeaders = [
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'X-Auth-Request-Preferred-Username',
  'X-Auth-Request-Access-Token',
  'X-Auth-Request-Redirect',
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Access-Token',
  'GAP-Auth',
  'Authorization',
] as const;

/** Where the request comes from and what it asked for. */
export const originHeaders = [
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Uri',
  'X-Forwarded-Method',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Real-IP',
  'Forwarded',
  'X-Original-Uri',
  'X-Original-Url',
  'X-Original-Method',
  'X-Rewrite-Url',
  'X-Scheme',
] as const;

/**
 * With underscores_in_headers on, X_Forwarded_User is another header to nginx, and the same one to CGI, WSGI and Rack.
 * Only of names that are worth it.
 */
export const underscoredHeaders: readonly string[] = [
  ...identityHeaders,
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Uri',
  'X-Forwarded-Method',
  'X-Real-IP',
].flatMap(spellings);

/** Every way to write a name with at least one underscore for a hyphen. */
function spellings(name: string): readonly string[] {
  const [first = '', ...rest] = name.split('-');
  const all = rest.reduce((heads, part) => heads.flatMap((head) => [`${head}-${part}`, `${head}_${part}`]), [first]);
  return all.slice(1);
}
