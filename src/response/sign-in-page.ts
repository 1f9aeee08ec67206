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
  providerName(): string;
}

export interface SignInFacts {
  /** 200, or 403 where the page stands in for the site. */
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
    ${bannerOf(parts) ?? html`<p class="quiet">You need to sign in to continue.</p>`}
    <form class="actions" method="get" action="${prefix}/start">
      <input type="hidden" name="rd" value="${returnTo}" />
      <button type="submit" class="button">Sign in with ${parts.providerName()}</button>
    </form>
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
