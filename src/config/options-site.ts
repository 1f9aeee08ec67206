// Options of the protected site: who asks, who may enter, what is passed on, what is shown.
import { choice, duration, file, flag, secret, text, texts } from './kinds.ts';
import type { Option } from './option.ts';

// prettier-ignore
export const requestOptions = {
  allowQuerySemicolons: { flag: 'allow-query-semicolons', kind: flag, default: 'false', help: 'Take ; in a query for &.' },
  forwardedHeader:      { flag: 'forwarded-header', kind: flag, default: 'false', ours: true, help: 'Read the Forwarded header (RFC 7239) of believed proxies.' },
  proxyPrefix:          { flag: 'proxy-prefix', kind: text, default: '/oauth2', differs: 'A missing first slash and a last one too many are put right.', help: 'Path under which the service\'s own pages are.' },
  realClientIpHeader:   { flag: 'real-client-ip-header', kind: text, default: 'X-Real-IP', differs: 'Read from believed proxies only.', help: 'Header that holds the client address: X-Real-IP, X-Forwarded-For, X-ProxyUser-IP, X-Envoy-External-Address or CF-Connecting-IP.' },
  requestIdHeader:      { flag: 'request-id-header', kind: text, default: 'X-Request-Id', help: 'Header that holds the request ID.' },
  reverseProxy:         { flag: 'reverse-proxy', kind: flag, default: 'false', help: 'Believe X-Forwarded-* headers of the proxy in front.' },
  trustedProxyIps:      { flag: 'trusted-proxy-ip', kind: texts, opens: true, differs: 'Unset means loopback, unix sockets and private networks, not the whole internet.', help: 'Address or network of a proxy whose headers are believed.' },
  whitelistDomains:     { flag: 'whitelist-domain', kind: texts, opens: true, help: 'Host that users may be sent to after sign-in or sign-out; .example.com also means its sub-domains.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const policyOptions = {
  allowedGroups:            { flag: 'allowed-group', kind: texts, alpha: 'providers.allowedGroups', help: 'Admit members of this group only (one of several is enough).' },
  allowedRoles:             { flag: 'allowed-role', kind: texts, alpha: 'providers.keycloakConfig.roles', help: 'keycloak-oidc: admit holders of this role only, as ROLE or CLIENT:ROLE.' },
  apiRoutes:                { flag: 'api-route', kind: texts, differs: 'Matched on the path, never on the query.', help: 'Regular expression of paths that get 401 instead of a sign-in.' },
  authEmptyBody:            { flag: 'auth-empty-body', kind: flag, default: 'false', ours: true, help: 'Answer 401 and 403 of the auth endpoint without a text, so that nginx keeps its connection.' },
  authenticatedEmailsFile:  { flag: 'authenticated-emails-file', kind: file, help: 'File with e-mail addresses to admit, one a line; read again when it changes.' },
  bearerTokenLoginFallback: { flag: 'bearer-token-login-fallback', kind: flag, default: 'true', help: 'Let requests with an unusable bearer token sign in.' },
  emailDomains:             { flag: 'email-domain', kind: texts, help: 'Admit addresses of this domain; * admits any, .example.com only its sub-domains.' },
  extraJwtIssuers:          { flag: 'extra-jwt-issuers', kind: texts, opens: true, help: 'Further issuer of bearer tokens, as ISSUER=AUDIENCE.' },
  forceJsonErrors:          { flag: 'force-json-errors', kind: flag, default: 'false', help: 'Answer with JSON instead of a page or a redirect.' },
  htpasswdFile:             { flag: 'htpasswd-file', kind: file, help: 'File with users and passwords to admit beside the provider\'s.' },
  htpasswdUserGroups:       { flag: 'htpasswd-user-group', kind: texts, opens: true, help: 'Group that users of the htpasswd file are in.' },
  skipAuthPreflight:        { flag: 'skip-auth-preflight', kind: flag, default: 'false', help: 'Let OPTIONS requests pass without a sign-in.' },
  skipAuthRegex:            { flag: 'skip-auth-regex', key: 'skip_auth_regex', kind: texts, opens: true, deprecated: '--skip-auth-route', help: 'Regular expression of paths that need no sign-in.' },
  skipAuthRoutes:           { flag: 'skip-auth-route', kind: texts, opens: true, differs: 'Matched on the normalised path that is served.', help: 'Paths that need no sign-in, as REGEX, METHOD=REGEX or METHOD!=REGEX.' },
  skipJwtBearerTokens:      { flag: 'skip-jwt-bearer-tokens', kind: flag, default: 'false', help: 'Accept bearer tokens of the provider instead of a session.' },
  trustedIps:               { flag: 'trusted-ip', kind: texts, opens: true, differs: 'An address that --trusted-proxy-ip names too stops the start.', help: 'Address or network of clients that need no sign-in.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const headerOptions = {
  basicAuthPassword:       { flag: 'basic-auth-password', kind: secret, alphaInstead: 'injectRequestHeaders', help: 'Password in the Basic Authorization headers that are passed on.' },
  groupsHeaderFormat:      { flag: 'groups-header-format', kind: choice('comma', 'json'), default: 'comma', ours: true, help: 'How groups are written into headers; json keeps names with commas apart.' },
  passAccessToken:         { flag: 'pass-access-token', kind: flag, default: 'false', alphaInstead: 'injectRequestHeaders', help: 'Pass the access token on.' },
  passAuthorizationHeader: { flag: 'pass-authorization-header', kind: flag, default: 'false', alphaInstead: 'injectRequestHeaders', help: 'Pass the ID token to the upstream as a bearer token.' },
  passBasicAuth:           { flag: 'pass-basic-auth', kind: flag, default: 'true', alphaInstead: 'injectRequestHeaders', help: 'Pass the user to the upstream in X-Forwarded-* headers, and by Basic Authorization when there is a password.' },
  passUserHeaders:         { flag: 'pass-user-headers', kind: flag, default: 'true', alphaInstead: 'injectRequestHeaders', help: 'Pass the user to the upstream in X-Forwarded-* headers.' },
  preferEmailToUser:       { flag: 'prefer-email-to-user', kind: flag, default: 'false', alphaInstead: 'injectRequestHeaders', help: 'Pass the e-mail address where the user name would go.' },
  setAuthorizationHeader:  { flag: 'set-authorization-header', kind: flag, default: 'false', alphaInstead: 'injectResponseHeaders', help: 'Answer with the ID token as a bearer token.' },
  setBasicAuth:            { flag: 'set-basic-auth', kind: flag, default: 'false', alphaInstead: 'injectResponseHeaders', help: 'Answer with a Basic Authorization header.' },
  setXauthrequest:         { flag: 'set-xauthrequest', kind: flag, default: 'false', alphaInstead: 'injectResponseHeaders', help: 'Answer with X-Auth-Request-* headers about the user.' },
  skipAuthStripHeaders:    { flag: 'skip-auth-strip-headers', kind: flag, default: 'true', alphaInstead: 'injectRequestHeaders', help: 'Remove what clients send under the names of headers that are passed on.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const pageOptions = {
  banner:              { flag: 'banner', kind: text, help: 'HTML above the sign-in button; - for none.' },
  customSignInLogo:    { flag: 'custom-sign-in-logo', kind: text, help: 'Logo of the sign-in page: a .svg, .png or .jpg file, an https URL, or - for none.' },
  customTemplatesDir:  { flag: 'custom-templates-dir', kind: file, help: 'Folder with templates that replace the built-in pages.' },
  displayHtpasswdForm: { flag: 'display-htpasswd-form', kind: flag, default: 'true', help: 'Show a form for user and password when there is an htpasswd file.' },
  footer:              { flag: 'footer', kind: text, help: 'HTML at the foot of pages; - for none.' },
  showDebugOnError:    { flag: 'show-debug-on-error', kind: flag, default: 'false', help: 'Show the inner cause on error pages.' },
  skipProviderButton:  { flag: 'skip-provider-button', kind: flag, default: 'false', help: 'Go to the provider at once, without the sign-in page.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const upstreamOptions = {
  disableKeepAlives:             { flag: 'disable-keep-alives', kind: flag, default: 'false', alphaInstead: 'upstreamConfig.upstreams', help: 'Open a connection to the upstream for every request.' },
  flushIntervalMs:               { flag: 'flush-interval', kind: duration, default: '1s', differs: 'No part of an answer is ever held back, whatever it says.', alphaInstead: 'upstreamConfig.upstreams', help: 'How long a part of an answer may be held back.' },
  passHostHeader:                { flag: 'pass-host-header', kind: flag, default: 'true', alphaInstead: 'upstreamConfig.upstreams', help: 'Pass the requested host to the upstream.' },
  proxyWebsockets:               { flag: 'proxy-websockets', kind: flag, default: 'true', alphaInstead: 'upstreamConfig.upstreams', help: 'Pass WebSocket connections on.' },
  signatureKey:                  { flag: 'signature-key', kind: secret, deprecated: 'nothing; it will be removed', differs: 'Bodies beyond 32 MiB are refused; md4 is unknown.', help: 'Sign requests to the upstream, as ALGORITHM:KEY.' },
  sslUpstreamInsecureSkipVerify: { flag: 'ssl-upstream-insecure-skip-verify', kind: flag, default: 'false', alphaInstead: 'upstreamConfig.upstreams', help: 'Do not check the certificates of https upstreams.' },
  upstreamTimeoutMs:             { flag: 'upstream-timeout', kind: duration, default: '30s', alphaInstead: 'upstreamConfig.upstreams', help: 'How long an upstream may take to begin its answer.' },
  upstreams:                     { flag: 'upstream', kind: texts, alphaInstead: 'upstreamConfig.upstreams', help: 'Site to pass requests on to: http://HOST:PORT/PATH, https://…, unix:///SOCKET, file:///FOLDER#/PATH or static://STATUS.' },
} as const satisfies Record<string, Option>;
