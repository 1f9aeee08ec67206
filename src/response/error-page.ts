// The page that says what went wrong, and offers a way on.
import { STATUS_CODES } from 'node:http';
import { html } from './markup.ts';
import type { Html } from './markup.ts';
import { contentSecurityPolicy, frame } from './page-frame.ts';
import type { FrameParts } from './page-frame.ts';
import { defaultMessage, headingFor } from './page-texts.ts';
import type { Page } from './send.ts';

export interface ErrorPageParts extends FrameParts {
  /** --show-debug-on-error */
  readonly showDebugOnError: boolean;
}

export interface ErrorFacts {
  readonly status: number;
  /** What the page tells, if not the status of the answer. */
  readonly shownStatus?: number | undefined;
  /** For people; what went wrong, what is missing, whom to ask. */
  readonly message?: string | undefined;
  /** Replaces the message with --show-debug-on-error (reference: getMessage). */
  readonly debug?: string | undefined;
  readonly requestId: string;
  /** Who was refused. */
  readonly account?: string | undefined;
  /** Where the user wanted to go; undefined: no buttons (reference: errors of upstreams). */
  readonly returnTo: string | undefined;
  /** Where forms lead, if not there (reference: a callback that fails forgets where the user wanted to go). */
  readonly formTarget?: string | undefined;
}

export function errorPage(parts: ErrorPageParts, facts: ErrorFacts): Page {
  const { status, requestId, account, returnTo, formTarget } = facts;
  const statusText = STATUS_CODES[status] ?? 'Error';
  const content = html`<div class="card wide">
    <p class="status"><strong>${status}</strong> ${statusText}</p>
    <h1>${headingFor(status)}</h1>
    <p>${messageFor(parts, facts)}</p>
    ${account ? accountFacts(account) : undefined}
    ${returnTo === undefined ? undefined : actions(parts.prefix, { status, account, target: safeTarget(returnTo), formTarget })}
    <details>
      <summary>More Info</summary>
      <p>If you ask for help, pass this on:<br />Request ID: <code>${requestId}</code></p>
    </details>
  </div>`;
  return {
    status,
    html: frame(parts, { title: `${status} ${statusText}`, content }),
    contentSecurityPolicy: contentSecurityPolicy(parts.formActionOrigins()),
  };
}

export function messageFor({ showDebugOnError }: ErrorPageParts, { debug, message, status }: ErrorFacts): string {
  return (showDebugOnError && debug) || message || defaultMessage(status);
}

function accountFacts(account: string): Html {
  return html`<dl class="facts">
    <dt>Your account</dt>
    <dd>${account}</dd>
  </dl>`;
}

interface Ways {
  readonly status: number;
  readonly account: string | undefined;
  readonly target: string;
  readonly formTarget: string | undefined;
}

/** What helps most comes first, and looks it. With the wrong account nobody stays locked in: every 403 offers another. */
function actions(prefix: string, { status, account, target, formTarget = target }: Ways): Html {
  const signIn = (kind: string) => rdForm(`${prefix}/sign_in`, { target: formTarget, kind, label: 'Sign in' });
  const other = (kind: string) =>
    rdForm(`${prefix}/start`, { target, kind, label: 'Sign in with another account', account: 'other' });
  const back = (kind: string) => goBack({ target, formTarget, kind, label: status === 503 ? 'Try again' : 'Go back' });
  const ways = orderOf(status, account).map((way) => ({ signIn, other, back })[way]);
  return html`<div class="actions">${ways.map((way, i) => way(i === 0 ? 'button' : 'button second'))}</div>`;
}

function orderOf(status: number, account: string | undefined): readonly ('signIn' | 'other' | 'back')[] {
  if (status === 503) return ['back', 'signIn'];
  if (status !== 403) return ['signIn', 'back'];
  return account ? ['other', 'signIn', 'back'] : ['signIn', 'other', 'back'];
}

interface Way {
  readonly target: string;
  readonly kind: string;
  readonly label: string;
  /** `other`: the provider is asked to let the user pick one. */
  readonly account?: 'other';
}

function rdForm(action: string, { target, kind, label, account }: Way): Html {
  return html`<form method="get" action="${action}">
    <input type="hidden" name="rd" value="${target}" />
    ${account && html`<input type="hidden" name="account" value="${account}" />`}
    <button type="submit" class="${kind}">${label}</button>
  </form>`;
}

/** The form is the reference's, but sending it would drop the target's query: the link is what is pressed. */
function goBack({ target, formTarget, kind, label }: Way & { readonly formTarget: string }): Html {
  return html`<form method="get" action="${formTarget}"><a class="${kind}" href="${target}">${label}</a></form>`;
}

/** Targets were judged before; this one line keeps a slip there from becoming a script here (security O-1). */
export function safeTarget(target: string): string {
  return /^(?:\/(?![/\\])|https?:\/\/)/i.test(target) ? target : '/';
}
