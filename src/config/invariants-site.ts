// Can what is passed on and shown be done as it is written?
import { httpUrl, whyUnreadable, withoutPassword } from './checkup.ts';
import type { Checkup } from './checkup.ts';

const signatureHashes = ['md4', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'];

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

export function checkUpstreams({ config, problem, warn, nameOf }: Checkup): void {
  const seen = new Map<string, string>();
  for (const text of config.upstream.upstreams) {
    const shown = withoutPassword(text);
    const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text) ?? [];
    const url = httpUrl(text);
    switch (scheme.toLowerCase()) {
      case 'http':
      case 'https':
        if (!url) problem('upstream', `is no usable URL (got "${shown}")`);
        break;
      case 'static':
        if (!/^[1-5]\d\d$/.test(rest)) warn(`${nameOf('upstream')} "${shown}" has no status; 200 is answered`);
        break;
      case 'file':
      case 'unix':
        problem('upstream', `"${shown}" is not supported yet`, 'use http:// or https://');
        continue;
      default:
        problem(
          'upstream',
          `must begin with http://, https:// or static:// (got "${shown}")`,
          `did you mean http://${shown}?`,
        );
        continue;
    }
    const path = url?.pathname ?? '/';
    const other = seen.get(path);
    if (other !== undefined)
      problem('upstream', `"${shown}" and "${other}" both serve ${path}`, 'give each a path of its own');
    seen.set(path, shown);
  }
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

/** The form is checked although the option is not built: a typing mistake should be told first. */
export function checkSignatureKey({ config, problem }: Checkup): void {
  const { signatureKey } = config.upstream;
  if (signatureKey === '') return;
  const [hash = '', ...keys] = signatureKey.split(':');
  const remedy = 'write ALGORITHM:KEY, e.g. sha256:KEY';
  if (keys.length !== 1) problem('signature-key', 'must have exactly one colon', remedy);
  else if (!signatureHashes.includes(hash)) problem('signature-key', `does not know the hash "${hash}"`, remedy);
}
