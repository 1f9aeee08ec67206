// What does a user see at the demo's OpenID provider? Plain forms, rendered here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { escapeHtml } from '../../src/lib/html.ts';
import { renderPage, styleSheet } from './page.ts';
import { demoUsers } from './users.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function interact(provider: Provider, { request, response }: Exchange): Promise<void> {
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return send(response, 200, signInPage());
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
  const name = (form.get('name') ?? '').trim().toLowerCase();
  const isRight = Object.hasOwn(demoUsers, name) && demoUsers[name]?.password === form.get('password');
  if (!isRight) return send(response, 401, signInPage(name));
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: name } },
    { mergeWithLastSubmission: false },
  );
}

/** `form` is the provider's own, without a button. Keycloak asks nothing when it is told whose session ends. */
export function signOutPage(form: string): string {
  return renderPage({
    title: 'Sign out',
    site: 'Demo provider',
    body: `<p>The demo site has signed you out. Shall the provider do so too?</p>${form}
<p><button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Yes, sign me out</button>
<button type="submit" form="op.logoutForm">No, stay signed in here</button></p>`,
  });
}

function signInPage(wrongName?: string): string {
  const problem =
    wrongName === undefined ? '' : '<p class="problem" role="alert" id="problem">Wrong name or password.</p>';
  const described = wrongName === undefined ? '' : ' aria-describedby="problem" aria-invalid="true"';
  const users = Object.entries(demoUsers).map(
    ([name, { password }]) => `<li>${name}, password <code>${password}</code></li>`,
  );
  return renderPage({
    title: 'Sign in',
    site: 'Demo provider',
    body: `<p class="soft">This is the identity provider; in real life it is Keycloak, or another.</p>${problem}
<form method="post"><label for="name">Name</label>
<input id="name" name="name" value="${escapeHtml(wrongName ?? '')}" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}>
<button>Sign in</button></form>
<section aria-labelledby="who"><h2 id="who">Who is there</h2><ul>${users.join('')}</ul></section>`,
  });
}

export function problemPage(message: string): string {
  return renderPage({ title: 'That did not work', site: 'Demo provider', body: `<p>${escapeHtml(message)}</p>` });
}

export function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(html);
}

export function sendStyle(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' });
  response.end(styleSheet);
}
