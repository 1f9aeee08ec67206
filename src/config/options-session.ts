// Options of cookies and of where sessions are kept.
import {
  choice,
  duration,
  durationOrAuto,
  file,
  fileSeries,
  flag,
  integer,
  secret,
  secrets,
  secretSeries,
  text,
  texts,
} from './kinds.ts';
import type { Option } from './option.ts';

// prettier-ignore
export const cookieOptions = {
  cookieCsrfExpireMs:        { flag: 'cookie-csrf-expire', kind: duration, default: '15m', help: 'How long a sign-in may take; 0: as long as the browser stays open.' },
  cookieCsrfPerRequest:      { flag: 'cookie-csrf-per-request', kind: flag, default: 'false', differs: 'Unset, every sign-in has a cookie of its own, so that several tabs can sign in at once; false given explicitly restores the single cookie.', help: 'Give every sign-in a CSRF cookie of its own.' },
  cookieCsrfPerRequestLimit: { flag: 'cookie-csrf-per-request-limit', kind: integer, default: '0', differs: 'Unset, the number is bounded.', help: 'How many CSRF cookies a browser may hold; the oldest go first.' },
  cookieCsrfSamesite:        { flag: 'cookie-csrf-samesite', kind: choice('', 'lax', 'strict', 'none'), differs: 'A wrong value stops the start.', help: 'SameSite of the CSRF cookie; unset: that of --cookie-samesite.' },
  cookieDomains:             { flag: 'cookie-domain', kind: texts, opens: true, help: 'Domain of the cookies; of several, the longest that the requested host ends with.' },
  cookieExpireMs:            { flag: 'cookie-expire', kind: duration, default: '168h', help: 'How long a session lasts; 0: as long as the browser stays open.' },
  cookieHttponly:            { flag: 'cookie-httponly', kind: flag, default: 'true', help: 'Keep the cookies from scripts.' },
  cookieName:                { flag: 'cookie-name', kind: text, default: '_oauth2_proxy', differs: 'The rules of __Host- and __Secure- names are checked at start.', help: 'Name of the session cookie; the names of the others begin with it.' },
  cookiePath:                { flag: 'cookie-path', kind: text, default: '/', help: 'Path of the cookies.' },
  cookieRefresh:             { flag: 'cookie-refresh', kind: durationOrAuto, default: '0s', differs: 'auto is not known there.', help: 'Refresh a session with the provider when it is older than this; 0: never; auto: shortly before its access token expires.' },
  cookieSamesite:            { flag: 'cookie-samesite', kind: choice('', 'lax', 'strict', 'none'), differs: 'Unset means Lax; the reference leaves the attribute out.', help: 'SameSite of the session cookie.' },
  cookieSecret:              { flag: 'cookie-secret', kind: secretSeries, differs: 'Any text of at least 16 bytes works; of several all count, not the last alone.', help: 'Seals the cookies; make one with: openssl rand -base64 32. Of several the first seals, and all open.' },
  cookieSecretFile:          { flag: 'cookie-secret-file', kind: fileSeries, differs: 'Blanks and newlines at the end are not part of the secret. Of several all count, and what changes in them counts at once.', help: 'File that holds one cookie secret; read again when it changes, and on SIGHUP.' },
  cookieSecure:              { flag: 'cookie-secure', kind: flag, default: 'true', help: 'Send the cookies over https only.' },
} as const satisfies Record<string, Option>;

// prettier-ignore
export const sessionOptions = {
  redisCaPath:                 { flag: 'redis-ca-path', kind: file, differs: 'A file without certificates stops the start.', help: 'CA file (PEM) to check Redis with, beside the CAs of the system; turns TLS on.' },
  redisClusterConnectionUrls:  { flag: 'redis-cluster-connection-urls', kind: secrets, help: 'URLs of Redis cluster nodes; user, password and TLS of the last one count for all.' },
  redisConnectionIdleTimeout:  { flag: 'redis-connection-idle-timeout', kind: integer, default: '0', differs: 'There is one connection, and it is never idle: twice a second it is asked which sessions have ended.', help: 'Seconds after which an idle connection to Redis is closed; 0: never.' },
  redisConnectionUrl:          { flag: 'redis-connection-url', kind: secret, differs: 'The service starts while Redis cannot be reached, and says at the ready path why it is not ready.', help: 'URL of the Redis server: redis://, rediss:// or unix://.' },
  redisInsecureSkipTlsVerify:  { flag: 'redis-insecure-skip-tls-verify', kind: flag, default: 'false', help: 'Do not check the certificate of Redis; turns TLS on.' },
  redisPassword:               { flag: 'redis-password', kind: secret, help: 'Password for Redis; counts before that of the URL.' },
  redisSentinelConnectionUrls: { flag: 'redis-sentinel-connection-urls', kind: secrets, help: 'URLs of Redis sentinels; user, password and TLS of the last one count for the servers behind them.' },
  redisSentinelMasterName:     { flag: 'redis-sentinel-master-name', kind: text, help: 'Name of the master that the sentinels watch.' },
  redisSentinelPassword:       { flag: 'redis-sentinel-password', kind: secret, help: 'Password for the sentinels.' },
  redisUseCluster:             { flag: 'redis-use-cluster', kind: flag, default: 'false', help: 'Connect to a Redis cluster.' },
  redisUseSentinel:            { flag: 'redis-use-sentinel', kind: flag, default: 'false', help: 'Find Redis through its sentinels.' },
  redisUsername:               { flag: 'redis-username', kind: text, help: 'User name for Redis; counts before that of the URL.' },
  sessionCookieMinimal:        { flag: 'session-cookie-minimal', kind: flag, default: 'false', help: 'Leave the tokens out of the session cookie.' },
  sessionOutageGraceMs:        { flag: 'session-outage-grace', kind: duration, default: '5m', ours: true, help: 'How long sessions that were seen lately are served from memory while Redis is out; 0: not at all.' },
  sessionCacheSize:            { flag: 'session-cache-size', kind: integer, default: '32', ours: true, help: 'Megabytes in which sessions that were opened lately are remembered; twice as many for those from Redis, against its outages.' },
  sessionStoreType:            { flag: 'session-store-type', kind: choice('cookie', 'redis'), default: 'cookie', help: 'Where sessions are kept.' },
} as const satisfies Record<string, Option>;
