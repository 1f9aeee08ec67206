// Will browsers keep the cookies, and can nobody forge them?
import { formatDuration } from './duration.ts';
import { httpUrl } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import { faultOf, secretRemedy } from './cookie-secrets.ts';

const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/; // RFC 6265 §4.1.1 (RFC 9110 §5.6.2)
const domainName = /^\.?[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*$/i;
const controlOrSemicolon = /[;\p{Cc}]/u;

export function checkCookies(checkup: Checkup): void {
  checkSecrets(checkup);
  checkName(checkup);
  checkScope(checkup);
  checkSiteInScope(checkup);
  checkPrefixes(checkup);
  checkTimes(checkup);
  checkSamesite(checkup);
}

function checkSecrets({ config, problem, warn, nameOf }: Checkup): void {
  const { cookieSecret: secrets, cookieSecretFile: files } = config.cookie;
  const flag = 'cookie-secret';
  if (secrets.length === 0 && files.length === 0) problem(flag, 'is required, or --cookie-secret-file', secretRemedy);
  else if (secrets.length === 0) problem(flag, 'must hold at least 16 bytes, but has 0', secretRemedy);
  secrets.forEach((secret, at) => {
    const fault = faultOf(secrets, at);
    if (fault) problem({ flag, at }, fault.what, fault.remedy);
    else if (files.length > 0 && /[\r\n]/.test(secret.trimEnd()))
      warn(`${nameOf(flag, at)} holds several lines, which make one secret; each secret has a file of its own`);
  });
}

// L6
function checkName({ config, problem }: Checkup): void {
  const { cookieName } = config.cookie;
  const what = `is not a valid cookie name (got "${cookieName}")`;
  if (!token.test(cookieName)) problem('cookie-name', what, 'use letters, digits, - and _');
  if (cookieName.length > 256)
    problem('cookie-name', `must be no longer than 256 characters, but has ${cookieName.length}`);
}

// L6
function checkScope({ config, problem, warn, nameOf }: Checkup): void {
  const { cookieDomains, cookiePath } = config.cookie;
  if (cookiePath !== '' && (!cookiePath.startsWith('/') || controlOrSemicolon.test(cookiePath))) {
    problem('cookie-path', `must begin with / and have no ; in it (got "${cookiePath}")`);
  }
  for (const domain of cookieDomains) {
    if (controlOrSemicolon.test(domain)) problem('cookie-domain', `must be a domain (got "${domain}")`);
    // The reference starts, and then leaves such a domain out of its cookies.
    else if (!isCookieDomain(domain)) {
      warn(
        `${nameOf('cookie-domain')} "${domain}" is left out: write a domain without scheme, port, blanks or *, such as .example.com`,
      );
    }
  }
}

/** The site that is known at the start: another one is warned of when it is asked for. */
function checkSiteInScope({ config, warn, nameOf }: Checkup): void {
  const { cookieDomains } = config.cookie;
  const site = httpUrl(config.provider.redirectUrl)?.hostname;
  const domains = cookieDomains.filter(isCookieDomain).map((domain) => domain.toLowerCase().replace(/^\./, ''));
  if (site === undefined || domains.length === 0) return;
  if (domains.some((domain) => site === domain || site.endsWith(`.${domain}`))) return;
  const where = `of ${nameOf('redirect-url')} lies in no ${nameOf('cookie-domain')} (${domains.join(', ')})`;
  warn(`the host ${site} ${where}: browsers will refuse the cookies there`);
}

/** RFC 6265 §4.1.2.3, with the leading dot of old. */
export function isCookieDomain(text: string): boolean {
  return domainName.test(text);
}

// C-3: browsers drop such cookies in silence, and nobody can sign in
function checkPrefixes({ config, problem, nameOf }: Checkup): void {
  const { cookieName, cookieDomains, cookiePath, cookieSecure } = config.cookie;
  const [prefix = ''] = /^__(?:Host|Secure)-/i.exec(cookieName) ?? [];
  if (prefix === '') return;
  if (!cookieSecure) problem('cookie-name', `begins with ${prefix}, which excludes ${nameOf('cookie-secure')}=false`);
  if (/secure/i.test(prefix)) return;
  if (cookieDomains.length > 0)
    problem('cookie-name', `begins with ${prefix}, which excludes ${nameOf('cookie-domain')}`);
  if (cookiePath !== '/')
    problem('cookie-name', `begins with ${prefix}, which excludes a ${nameOf('cookie-path')} other than /`);
}

function checkTimes({ config, problem, nameOf }: Checkup): void {
  const { sessionCacheSize } = config.session;
  if (sessionCacheSize < 1 || sessionCacheSize > 4096)
    problem('session-cache-size', `must be a number of megabytes from 1 to 4096 (got ${sessionCacheSize})`);
  if (config.session.sessionOutageGraceMs < 0)
    problem('session-outage-grace', 'must not be negative', 'write 5m, or 0');
  const { cookieExpireMs, cookieRefresh } = config.cookie;
  if (cookieRefresh !== 'auto' && cookieExpireMs !== 0 && cookieRefresh >= cookieExpireMs) {
    const times = `(got ${formatDuration(cookieRefresh)} and ${formatDuration(cookieExpireMs)})`;
    problem('cookie-refresh', `must be less than ${nameOf('cookie-expire')} ${times}`);
  }
  if ((cookieRefresh === 'auto' || cookieRefresh > 0) && config.session.sessionCookieMinimal) {
    problem('cookie-refresh', `needs tokens in the session, which ${nameOf('session-cookie-minimal')} leaves out`);
  }
}

function checkSamesite({ config, warn, nameOf }: Checkup): void {
  const { cookieSamesite, cookieCsrfSamesite, cookieSecure, cookieHttponly } = config.cookie;
  if ((cookieSamesite === 'none' || cookieCsrfSamesite === 'none') && !cookieSecure) {
    warn(`browsers refuse SameSite=None together with ${nameOf('cookie-secure')}=false`);
  }
  if ((cookieCsrfSamesite || cookieSamesite) === 'strict') {
    const flag = cookieCsrfSamesite === 'strict' ? 'cookie-csrf-samesite' : 'cookie-samesite';
    // The callback comes from the provider's site, and strict cookies stay at home then.
    warn(`${nameOf(flag)}=strict keeps the CSRF cookie from the callback; set --cookie-csrf-samesite=lax`);
  }
  if (!cookieHttponly) warn(`${nameOf('cookie-httponly')}=false lets every script on the site read the session`);
}
