// The pages on the way out: signed out, really sign out, and the form that takes a long request to the provider.
import { html } from './markup.ts';
import type { Html } from './markup.ts';
import { contentSecurityPolicy, frame } from './page-frame.ts';
import type { FrameParts } from './page-frame.ts';
import type { Page } from './send.ts';

export interface SignedOutFacts {
  /** The provider could not be told: perhaps the user is still signed in there. */
  readonly isProviderUnknown: boolean;
  /** Where the user wanted to go. */
  readonly returnTo: string | undefined;
}

export interface ConfirmSignOutFacts {
  readonly rd: string;
  readonly confirmation: string;
}

export interface HandOverFacts {
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export function signedOutPage(parts: FrameParts, { isProviderUnknown, returnTo }: SignedOutFacts): Page {
  const doubt = html`<p>
    Your identity provider could not be told, so you may still be signed in there. Whoever opens this site in this
    browser could then get in without a password. To be safe, sign out at the identity provider too, or close the
    browser.
  </p>`;
  return page(parts, {
    title: 'Signed out',
    content: html`<h1>You are signed out</h1>
      ${isProviderUnknown ? doubt : html`<p class="quiet">You can close this window.</p>`}
      ${returnTo === undefined ? undefined : html`<p><a href="${returnTo}">Go on to the site</a></p>`}
      <form class="actions" method="get" action="${parts.prefix}/sign_in">
        <button type="submit" class="button">Sign in again</button>
      </form>`,
  });
}

export function confirmSignOutPage(parts: FrameParts, { rd, confirmation }: ConfirmSignOutFacts): Page {
  return page(parts, {
    title: 'Sign out',
    content: html`<h1>Do you want to sign out?</h1>
      <form class="actions" method="post" action="${parts.prefix}/sign_out">
        <input type="hidden" name="rd" value="${rd}" />
        <input type="hidden" name="confirmation" value="${confirmation}" />
        <button type="submit" class="button">Sign out</button>
      </form>
      <p><a href="/">No, go back</a></p>`,
    formsLeadTo: [rd],
  });
}

/** Sent by the pages' script at once; the button is for browsers without. */
export function handOverPage(parts: FrameParts, { action, fields }: HandOverFacts): Page {
  return page(parts, {
    title: 'Signing out',
    content: html`<h1>One more step</h1>
      <p>Your identity provider is told that you sign out.</p>
      <form class="actions" method="post" action="${action}" data-send>
        ${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <button type="submit" class="button">Go on</button>
      </form>`,
    formsLeadTo: [action, new Map(fields).get('post_logout_redirect_uri') ?? ''],
  });
}

interface Content {
  readonly title: string;
  readonly content: Html;
  /** URLs at which a form of this page may end. */
  readonly formsLeadTo?: readonly string[];
}

/**
 * Browsers apply `form-action` to every redirect after a form, and a provider that brokers others sends the browser past them,
 * wherever they are. No form on these pages holds anything but fields of ours.
 */
function page(parts: FrameParts, { title, content, formsLeadTo }: Content): Page {
  const origins = (formsLeadTo ?? []).flatMap((url) => URL.parse(url)?.origin ?? []);
  const beyond = formsLeadTo === undefined ? [] : [...origins, 'https:'];
  return {
    status: 200,
    html: frame(parts, { title, content: html`<div class="card">${content}</div>` }),
    contentSecurityPolicy: contentSecurityPolicy([...parts.formActionOrigins(), ...beyond]),
  };
}
