// Pages as a browser gets them, over a real connection.
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPages } from '../../src/response/pages.ts';
import type { Pages, PagesParts } from '../../src/response/pages.ts';
import type { ErrorFacts } from '../../src/response/error-page.ts';

const options = { banner: '', footer: '', customSignInLogo: '', customTemplatesDir: '', showDebugOnError: false };

export function pagesWith(page: Partial<PagesParts['page']> = {}, others: Partial<PagesParts> = {}): Pages {
  return createPages({
    page: { ...options, ...page },
    prefix: '/oauth2',
    emailDomains: ['*'],
    hasEmailsFile: false,
    hasPasswordForm: false,
    providerName: () => 'OpenID Connect',
    version: '1.2.3',
    formActionOrigins: () => ['https://idp.example.com'],
    ...others,
  });
}

/** Sends one page over a real connection. */
export async function answerOf(send: RequestListener, method = 'GET'): Promise<Response & { html: string }> {
  const server = createServer(send);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method });
  const html = await response.text();
  server.close();
  return Object.assign(response, { html });
}

export const signIn = async (pages: Pages, returnTo = '/x?a=1&b=2', status = 200) =>
  answerOf((_, res) => pages.sendSignIn(res, { status, returnTo }));
export const failure: ErrorFacts = { status: 403, requestId: 'abc-123', returnTo: '/wanted?a=1&b=2' };
export const error = async (facts: Partial<ErrorFacts> = {}, pages = pagesWith()) =>
  answerOf((_, res) => pages.sendError(res, { ...failure, ...facts }));

export const formsOf = (html: string) =>
  [...html.matchAll(/<form[^>]*method="(\w+)" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, method, action, inner = '']) => [
      method,
      action,
      [...inner.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, n, v]) => `${n}=${v}`),
    ],
  );
export const titleOf = (html: string) => /<title>([^<]*)<\/title>/.exec(html)?.[1];
export const bodyText = (html: string) => html.replace(/^.*<body>/s, '').replace(/<[^>]+>/g, ' ');
