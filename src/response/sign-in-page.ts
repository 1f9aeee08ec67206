// The page with the button.
import { html, trusted } from './markup.ts';
import type { Html } from './markup.ts';
import { mark } from './assets/mark.ts';
import type { Logo } from './logo.ts';
import { contentSecurityPolicy, frame } from './page-frame.ts';
import type { FrameParts } from './page-frame.ts';
import type { Page } from './send.ts';

export interface SignInPageParts extends FrameParts {
  readonly logo: Logo;
  /** --banner: own markup, `-` for none, empty for a hint at the e-mail domains. */
  readonly banner: string;
  readonly emailDomains: readonly string[];
  readonly hasEmailsFile: boolean;
  /** There is an htpasswd file, and --display-htpasswd-form. */
  readonly hasPasswordForm: boolean;
  providerName(): string;
}

export interface SignInFacts {
  /** 200; 403 where the page stands in for the site; 400, 401, 429 where a password was not taken. */
  readonly status: number;
  readonly returnTo: string;
  /** The browser brought a session that counts no more: people wonder why they have to sign in again. */
  readonly sessionEnded?: boolean;
}

export function signInPage(parts: SignInPageParts, { status, returnTo, sessionEnded = false }: SignInFacts): Page {
  const { prefix, logo } = parts;
  const content = html`<div class="card">
    ${logoOf(logo)}
    <h1>Sign in</h1>
    ${sessionEnded ? html`<p role="status">Your session has ended. Please sign in again.</p>` : undefined}
    ${alertOf(status)} ${bannerOf(parts) ?? html`<p class="quiet">You need to sign in to continue.</p>`}
    <form class="actions" method="get" action="${prefix}/start">
      <input type="hidden" name="rd" value="${returnTo}" />
      <button type="submit" class="button">Sign in with ${parts.providerName()}</button>
    </form>
    ${parts.hasPasswordForm ? passwordForm(prefix, returnTo) : undefined}
  </div>`;
  return {
    status,
    html: frame(parts, { title: 'Sign In', content }),
    contentSecurityPolicy: contentSecurityPolicy(
      parts.formActionOrigins(),
      logo.kind === 'image' ? logo.source : undefined,
    ),
  };
}

const alerts: ReadonlyMap<number, string> = new Map([
  [400, 'Username cannot be empty'],
  [401, 'Invalid Username or Password'],
  [429, 'Too many tries. Please wait a few minutes.'],
]);

function alertOf(status: number): Html | undefined {
  const text = alerts.get(status);
  return text === undefined ? undefined : html`<p class="alert" role="alert">${text}</p>`;
}

/** Autocomplete names are what password managers look for (WCAG 1.3.5). */
function passwordForm(prefix: string, returnTo: string): Html {
  return html`<form class="fields" method="post" action="${prefix}/sign_in">
    <input type="hidden" name="rd" value="${returnTo}" />
    <label>Username <input type="text" name="username" autocomplete="username" autocapitalize="none" /></label>
    <label>Password <input type="password" name="password" autocomplete="current-password" /></label>
    <button type="submit" class="button second">Sign in</button>
  </form>`;
}

export function logoOf(logo: Logo): Html | undefined {
  if (logo.kind === 'none') return undefined;
  if (logo.kind === 'image') return html`<img class="logo" src="${logo.url}" alt="" />`;
  return html`<div class="mark" aria-hidden="true">${trusted(mark)}</div>`;
}

/** The hint of the reference (buildSignInMessage): one domain, or several; none for `*` or a list of addresses. */
export function bannerOf({ banner, emailDomains, hasEmailsFile }: SignInPageParts): Html | undefined {
  if (banner === '-') return undefined;
  if (banner !== '') return html`<div class="banner">${trusted(banner)}</div>`;
  const [only, ...others] = emailDomains;
  if (only === undefined || hasEmailsFile) return undefined;
  if (others.length > 0) {
    return html`<p class="banner">Authenticate using one of the following domains: ${emailDomains.join(', ')}</p>`;
  }
  return only === '*' ? undefined : html`<p class="banner">Authenticate using ${only}</p>`;
}
