// What do the operator's own templates get to show, and what may their pages do?
import { STATUS_CODES } from 'node:http';
import type { PageTemplate } from '../config/page-templates.ts';
import { messageFor, safeTarget, type ErrorFacts, type ErrorPageParts } from './error-page.ts';
import { formActions } from './page-frame.ts';
import type { Page } from './send.ts';
import { bannerOf, logoOf, type SignInFacts, type SignInPageParts } from './sign-in-page.ts';

export function ownSignInPage(template: PageTemplate, parts: SignInPageParts, facts: SignInFacts): Page {
  const { status, returnTo } = facts;
  return page(template, parts.formActionOrigins(), {
    status,
    values: {
      ...common(parts),
      ProviderName: parts.providerName(),
      SignInMessage: bannerOf(parts)?.html ?? '',
      StatusCode: status,
      CustomLogin: parts.hasPasswordForm,
      Redirect: returnTo,
      LogoData: logoOf(parts.logo)?.html ?? '',
    },
  });
}

export function ownErrorPage(template: PageTemplate, parts: ErrorPageParts, facts: ErrorFacts): Page {
  const { status, requestId, returnTo } = facts;
  return page(template, parts.formActionOrigins(), {
    status,
    values: {
      ...common(parts),
      Title: STATUS_CODES[status] ?? 'Error',
      Message: messageFor(parts, facts),
      StatusCode: status,
      Redirect: returnTo === undefined ? '' : safeTarget(returnTo),
      RequestID: requestId,
    },
  });
}

function common({ prefix, version, footer }: Pick<ErrorPageParts, 'prefix' | 'version' | 'footer'>) {
  return { ProxyPrefix: prefix, Version: version, Footer: footer };
}

interface Filled {
  readonly status: number;
  readonly values: Parameters<PageTemplate['render']>[0];
}

function page({ render, hasInlineScript }: PageTemplate, origins: readonly string[], { status, values }: Filled): Page {
  return { status, html: render(values), contentSecurityPolicy: ownPagesPolicy(hasInlineScript, origins) };
}

/**
 * Pages of operators load styles, fonts and pictures from where they want, and run the scripts that are written in them;
 * values are escaped for their place, so none of them is a script. Frames and foreign forms stay forbidden (security O-1).
 */
function ownPagesPolicy(hasInlineScript: boolean, origins: readonly string[]): string {
  return [
    "default-src 'self' https:",
    "style-src 'self' 'unsafe-inline' https:",
    `script-src 'self' https:${hasInlineScript ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' https: data:",
    "font-src 'self' https: data:",
    "object-src 'none'",
    formActions(origins),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
