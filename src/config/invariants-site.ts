// Can what is passed on and shown be done as it is written?
import { whyUnreadable } from './checkup.ts';
import type { Checkup } from './checkup.ts';

export function checkHeaders(checkup: Checkup): void {
  const { config, problem, nameOf } = checkup;
  const { basicAuthPassword, passAuthorizationHeader, passBasicAuth, setAuthorizationHeader, setBasicAuth } =
    config.header;
  const two = 'would both write the Authorization header';
  if (passBasicAuth && basicAuthPassword !== '' && passAuthorizationHeader) {
    problem(
      'pass-authorization-header',
      `and ${nameOf('basic-auth-password')} ${two}`,
      'leave one out, or set --pass-basic-auth=false',
    );
  }
  if (setBasicAuth && setAuthorizationHeader) {
    problem('set-authorization-header', `and ${nameOf('set-basic-auth')} ${two}`, 'leave one out');
  }
  if (setBasicAuth && basicAuthPassword === '') {
    problem('set-basic-auth', 'needs --basic-auth-password');
  }
  checkTokensKept(checkup);
}

function checkTokensKept({ config, problem, nameOf }: Checkup): void {
  const { passAccessToken, passAuthorizationHeader, setAuthorizationHeader } = config.header;
  if (!config.session.sessionCookieMinimal) return;
  const what = `needs tokens in the session, which ${nameOf('session-cookie-minimal')} leaves out`;
  if (passAccessToken) problem('pass-access-token', what);
  if (passAuthorizationHeader) problem('pass-authorization-header', what);
  if (setAuthorizationHeader) problem('set-authorization-header', what);
}

export function checkPages({ config, problem, readFile }: Checkup): void {
  const { customSignInLogo } = config.page;
  if (customSignInLogo === '' || customSignInLogo === '-' || customSignInLogo.startsWith('https://')) return;
  if (!/\.(?:svg|png|jpe?g)$/i.test(customSignInLogo)) {
    return problem(
      'custom-sign-in-logo',
      `must be a .svg, .png, .jpg or .jpeg file, an https:// URL or - (got "${customSignInLogo}")`,
    );
  }
  try {
    readFile(customSignInLogo);
  } catch (error) {
    problem('custom-sign-in-logo', `names "${customSignInLogo}", but ${whyUnreadable(error)}`);
  }
}
