// Is one location protected, and does its application see nothing that a client made up (security H-8)?
import { keyHeader } from './echo.ts';
import type { Echoed } from './echo.ts';
import { ok, wrong } from './findings.ts';
import type { Finding } from './findings.ts';
import { identityHeaders, originHeaders, underscoredHeaders } from './forgeries.ts';
import { answerWithinMs, asNavigation, asScript, probe } from './probe.ts';
import type { Answer } from './probe.ts';

export interface Target {
  readonly url: URL;
  readonly key: string;
  /** A Cookie header of somebody who is signed in. */
  readonly cookie: string | undefined;
}

export function reachedEcho(answer: Answer, { key }: Target): boolean {
  return answer.headers[keyHeader.toLowerCase()] === key;
}

/** Without a session nobody gets in: a script hears 401, a browser is sent to sign in. */
export async function strangersStayOutside(target: Target): Promise<readonly Finding[]> {
  const script = await probe(target.url, { headers: { ...asScript, [keyHeader]: target.key } });
  const page = await probe(target.url, { headers: { ...asNavigation, [keyHeader]: target.key } });
  if (reachedEcho(script, target) || reachedEcho(page, target)) {
    return [wrong(`${target.url.pathname} is open to everybody`, 'include oauth2/protect-page.conf in the location')];
  }
  const scriptHint = 'let the location answer 401 to what is no navigation: include oauth2/protect-page.conf';
  return [
    ok('without a session the application is not reached'),
    script.status === 401
      ? ok('a script without a session gets 401')
      : wrong(`a script without a session gets ${script.status}, not 401`, scriptHint),
    page.status < 500
      ? ok(`a browser without a session gets ${page.status}`)
      : wrong(`a browser without a session gets ${page.status}`, 'is the sidecar running, and does nginx know where?'),
  ];
}

/** Security X-2: with its length kept and its body dropped, a request makes the sidecar wait for nothing. */
export async function bodiesDoNotHang(target: Target): Promise<Finding> {
  const headers = { ...asScript, 'Content-Type': 'text/plain', 'Content-Length': 15 };
  const startedAt = performance.now();
  const answer = await probe(target.url, { method: 'POST', headers, body: 'fifteen letters' }).catch(() => undefined);
  const seconds = (performance.now() - startedAt) / 1000;
  if (answer !== undefined && answer.status < 500 && seconds < 2.5)
    return ok('a request with a body is answered at once');
  const what =
    answer === undefined
      ? `nothing within ${answerWithinMs / 1000} s`
      : `${answer.status} after ${seconds.toFixed(1)} s`;
  const hint = 'the auth location needs both proxy_pass_request_body off and proxy_set_header Content-Length ""';
  return wrong(`a request with a body gets ${what}`, hint);
}

export async function forgeriesAreStopped(target: Target): Promise<readonly Finding[]> {
  const names = [...identityHeaders, ...originHeaders, ...underscoredHeaders];
  const forged = new Map(names.map((name, index) => [name, `forged-${target.key}-${index}-`]));
  const cookie = target.cookie === undefined ? {} : { Cookie: target.cookie };
  const headers = { ...asScript, ...cookie, [keyHeader]: target.key, ...Object.fromEntries(forged) };
  const answer = await probe(target.url, { headers });
  if (!reachedEcho(answer, target)) return [notReached(answer, target)];

  const received = (JSON.parse(answer.body) as Echoed).headers;
  const passed = names.filter((name) => received.some(([, value]) => value.includes(forged.get(name) ?? '')));
  const findings = passed.map((name) => wrong(`${name} of a client reaches the application`, hintFor(name)));
  const rest = names.length - passed.length;
  return [
    ...findings,
    ...(rest > 0 ? [ok(`${rest} forged headers do not reach the application`)] : []),
    ...doubled(received),
  ];
}

function hintFor(name: string): string {
  return name.includes('_')
    ? `underscores_in_headers is on: include oauth2/clear-underscores.conf, or proxy_set_header ${name} "";`
    : `include oauth2/to-app.conf, or add: proxy_set_header ${name} "";`;
}

/** Two lines of one name: an application may read either. */
function doubled(received: Echoed['headers']): readonly Finding[] {
  const names = received.map(([name]) => name.toLowerCase());
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index && name !== 'cookie'));
  return [...twice].map((name) =>
    wrong(
      `${name} reaches the application twice`,
      'the location sets a header that oauth2/to-app.conf sets already: remove yours',
    ),
  );
}

function notReached(answer: Answer, { cookie, url }: Target): Finding {
  const where = `the request did not arrive at the echo (status ${answer.status})`;
  if (answer.status === 401 && cookie === undefined) {
    return wrong(
      `${where}: forged headers are not checked`,
      'sign in with a browser, save its Cookie header, and add --cookie-file FILE',
    );
  }
  if (answer.status === 401) return wrong(where, 'the cookie is not that of a session; save a fresh one');
  return wrong(where, `does nginx pass ${url.pathname} to the address of the echo?`);
}
