// Do the rules about who may enter mean what they seem to mean?
import { compileRegex } from '../lib/regex.ts';
import { whyUnreadable } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import { readHtpasswd } from './htpasswd-file.ts';
import { jwtIssuerProblem } from './jwt-issuer.ts';
import type { Flag } from './options.ts';
import { skipAuthRoute } from './skip-auth-route.ts';

export function checkPolicy(checkup: Checkup): void {
  checkEmailRule(checkup);
  checkHtpasswd(checkup);
  checkBearer(checkup);
  checkRegexes(checkup);
  checkRoutes(checkup);
  checkRoles(checkup);
}

function checkEmailRule({ config, problem, readFile }: Checkup): void {
  const { emailDomains, authenticatedEmailsFile, htpasswdFile } = config.policy;
  if (emailDomains.length === 0 && authenticatedEmailsFile === '' && htpasswdFile === '') {
    problem(
      'email-domain',
      'is required, or --authenticated-emails-file',
      '--email-domain=* admits everybody who can sign in',
    );
  }
  if (authenticatedEmailsFile === '') return;
  try {
    readFile(authenticatedEmailsFile);
  } catch (error) {
    problem('authenticated-emails-file', `names "${authenticatedEmailsFile}", but ${whyUnreadable(error)}`);
  }
}

function checkHtpasswd({ config, problem, readFile }: Checkup): void {
  const path = config.policy.htpasswdFile;
  if (path === '') return;
  const made = 'make it with: htpasswd -cB FILE USER';
  try {
    const file = readHtpasswd(Buffer.from(readFile(path)).toString('utf8'));
    if (file.kind === 'unusable') problem('htpasswd-file', `"${path}" cannot be used: ${file.because}`, made);
  } catch (error) {
    problem('htpasswd-file', `names "${path}", but ${whyUnreadable(error)}`, made);
  }
}

function checkBearer({ config: { policy }, problem, warn, nameOf, isGiven }: Checkup): void {
  policy.extraJwtIssuers.forEach((entry, at) => {
    const why = jwtIssuerProblem(entry);
    const remedy = 'write it as https://issuer.example.com=audience';
    if (why !== undefined) problem({ flag: 'extra-jwt-issuers', at }, `${why} (got "${entry}")`, remedy);
  });
  if (policy.skipJwtBearerTokens) return;
  for (const flag of ['extra-jwt-issuers', 'bearer-token-login-fallback'] as const) {
    if (isGiven(flag)) warn(`${nameOf(flag)} counts only with --skip-jwt-bearer-tokens`);
  }
}

function checkRegexes({ config, problem }: Checkup): void {
  const { skipAuthRegex, skipAuthRoutes, apiRoutes } = config.policy;
  const patterns: readonly (readonly [Flag, string])[] = [
    ...skipAuthRegex.map((pattern) => ['skip-auth-regex', pattern] as const),
    ...skipAuthRoutes.map((entry) => ['skip-auth-route', skipAuthRoute(entry).pattern] as const),
    ...apiRoutes.map((pattern) => ['api-route', pattern] as const),
  ];
  for (const [flag, pattern] of patterns) {
    try {
      compileRegex(pattern);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      problem(
        flag,
        `has a regular expression that does not compile: "${pattern}" (${because})`,
        'the dialect is RE2: no look-ahead, no back-references',
      );
    }
  }
}

function checkRoutes({ config, warn, nameOf }: Checkup): void {
  for (const entry of config.policy.skipAuthRoutes) {
    const { method } = skipAuthRoute(entry);
    if (method === '') continue;
    const name = `${nameOf('skip-auth-route')} "${entry}"`;
    if (!/^[a-z-]+$/i.test(method))
      warn(`${name}: what is before the = is taken for a method; write ="${entry}" when all of it is the expression`);
    // H-15: nginx asks with GET whatever the user's request was
    else if (!config.request.reverseProxy) {
      warn(
        `${name} looks at the method, which nginx's auth_request does not tell: set X-Forwarded-Method in nginx and --reverse-proxy here`,
      );
    }
  }
}

function checkRoles({ config, problem }: Checkup): void {
  const { allowedRoles } = config.policy;
  const { provider } = config.provider;
  if (allowedRoles.length > 0 && (provider === 'oidc' || provider === 'keycloak')) {
    const what = `has no effect with --provider=${provider}`;
    problem('allowed-role', what, 'use --provider=keycloak-oidc, or --allowed-group');
  }
}
