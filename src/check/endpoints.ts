// Are the sidecar's own addresses reached through nginx as they should be?
import { ok, wrong } from './findings.ts';
import type { Finding } from './findings.ts';
import { asNavigation, probe } from './probe.ts';

const endpointsSnippet = 'include oauth2/oauth2-endpoints.conf in the server block';

/** Security N8: whoever reaches it could try forged headers on it. */
export async function authIsInternal(prefix: URL): Promise<Finding> {
  const { status } = await probe(new URL('auth', prefix));
  if (status === 404) return ok(`${prefix.pathname}auth is closed to the outside`);
  return wrong(
    `${prefix.pathname}auth answers ${status} to the outside`,
    `it must be "internal" (404): ${endpointsSnippet}`,
  );
}

export async function signOutWorks(prefix: URL): Promise<Finding> {
  const { status, headers } = await probe(new URL('sign_out', prefix), { headers: asNavigation });
  const location = headers.location ?? '';
  const target = URL.canParse(location, prefix) ? new URL(location, prefix) : prefix;
  const name = `${prefix.pathname}sign_out`;
  if (status !== 302) return wrong(`${name} answers ${status}, not a redirect`, endpointsSnippet);
  if (target.host === prefix.host && target.pathname.startsWith(prefix.pathname)) {
    const hint = `give it a location of its own that clears X-Auth-Request-Redirect: ${endpointsSnippet}`;
    return wrong(`${name} redirects to ${target.pathname}: a loop`, hint);
  }
  return ok(`${name} leads away in one redirect`);
}

/** What a forged header would change in the answer of sign_in or start. */
const believed = [
  ['X-Auth-Request-Redirect', (mark: string) => `/${mark}`],
  ['X-Forwarded-Uri', (mark: string) => `/${mark}`],
  ['X-Forwarded-Host', (mark: string) => `${mark}.invalid`],
] as const;

/** Security N8: the sidecar believes nginx, so nginx must not pass on what a client claims. */
export async function sidecarIsNotFooled(prefix: URL, mark: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, value] of believed) {
    const answers = [];
    for (const endpoint of ['sign_in', 'start']) {
      answers.push(await probe(new URL(endpoint, prefix), { headers: { ...asNavigation, [name]: value(mark) } }));
    }
    const isFooled = answers.some((answer) => `${answer.headers.location} ${answer.body}`.includes(mark));
    findings.push(
      isFooled
        ? wrong(
            `${name} of a client is believed by the sidecar`,
            `set or clear it under ${prefix.pathname}: ${endpointsSnippet}`,
          )
        : ok(`${name} of a client does not reach the sidecar`),
    );
  }
  return findings;
}
