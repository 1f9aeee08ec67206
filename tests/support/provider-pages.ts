// What does a user see at the provider? A login form, and a question for consent.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { Interaction } from 'oidc-provider';

export interface User {
  readonly password: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function interact(
  provider: Provider,
  known: Readonly<Record<string, User>>,
  { request, response }: Exchange,
): Promise<void> {
  const details = await provider.interactionDetails(request, response);
  const form = new URLSearchParams(await textOf(request));
  const isLogin = details.prompt.name === 'login';
  if (request.method !== 'POST') return page(response, isLogin ? loginFields : consentFields);
  if (!isLogin) {
    const consent = { grantId: await consented(provider, details) };
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }
  const name = form.get('login') ?? '';
  if (!Object.hasOwn(known, name) || known[name]?.password !== form.get('password')) {
    return page(response, `<p>Wrong name or password.</p>${loginFields}`, 401);
  }
  return provider.interactionFinished(
    request,
    response,
    { login: { accountId: name } },
    { mergeWithLastSubmission: false },
  );
}

async function consented(provider: Provider, { session, params }: Interaction): Promise<string> {
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: params['client_id'] ?? '' });
  grant.addOIDCScope(params['scope'] ?? '');
  return grant.save();
}

const loginFields = `<label>Name <input name="login" autofocus></label> <label>Password <input name="password" type="password"></label>
<button>Sign in</button>`;
const consentFields = '<p>May the application know who you are?</p><button>Continue</button>';

function page(response: ServerResponse, fields: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html><title>Provider</title><h1>Provider</h1><form method="post">${fields}</form>`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
