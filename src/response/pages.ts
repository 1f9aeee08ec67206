// Which pages are there?
import type { ServerResponse } from 'node:http';
import { readPageTemplates } from '../config/page-templates.ts';
import { ownErrorPage, ownSignInPage } from './custom-pages.ts';
import { errorPage } from './error-page.ts';
import type { ErrorFacts } from './error-page.ts';
import { loadLogo } from './logo.ts';
import type { FrameParts } from './page-frame.ts';
import { sendPage } from './send.ts';
import { signInPage } from './sign-in-page.ts';
import type { SignInFacts, SignInPageParts } from './sign-in-page.ts';
import { confirmSignOutPage, handOverPage, signedOutPage } from './sign-out-pages.ts';
import type { ConfirmSignOutFacts, HandOverFacts, SignedOutFacts } from './sign-out-pages.ts';

export interface PagesParts
  extends
    Omit<FrameParts, 'footer'>,
    Pick<SignInPageParts, 'emailDomains' | 'hasEmailsFile' | 'hasPasswordForm' | 'providerName'> {
  /** The options of the pages, as in the configuration. */
  readonly page: {
    readonly banner: string;
    readonly footer: string;
    readonly customSignInLogo: string;
    readonly customTemplatesDir: string;
    readonly showDebugOnError: boolean;
  };
}

export interface Pages {
  sendSignIn(res: ServerResponse, facts: SignInFacts): void;
  sendError(res: ServerResponse, facts: ErrorFacts): void;
  sendSignedOut(res: ServerResponse, facts: SignedOutFacts): void;
  sendConfirmSignOut(res: ServerResponse, facts: ConfirmSignOutFacts): void;
  sendHandOver(res: ServerResponse, facts: HandOverFacts): void;
  /** The operator's own robots.txt. */
  readonly robots: string | undefined;
}

/** @throws Error when the logo cannot be used */
export function createPages({ page, ...others }: PagesParts): Pages {
  const parts = { ...page, ...others, logo: loadLogo(page.customSignInLogo) };
  // The configuration was refused if one of them cannot be used.
  const { templates } = readPageTemplates(page.customTemplatesDir);
  const { signIn, error, robots } = templates;
  return {
    robots,
    sendSignIn: (res, facts) => sendPage(res, signIn ? ownSignInPage(signIn, parts, facts) : signInPage(parts, facts)),
    sendError(res, { shownStatus, ...facts }) {
      const shown = { ...facts, status: shownStatus ?? facts.status };
      const page = error ? ownErrorPage(error, parts, shown) : errorPage(parts, shown);
      sendPage(res, { ...page, status: facts.status });
    },
    sendSignedOut: (res, facts) => sendPage(res, signedOutPage(parts, facts)),
    sendConfirmSignOut: (res, facts) => sendPage(res, confirmSignOutPage(parts, facts)),
    sendHandOver: (res, facts) => sendPage(res, handOverPage(parts, facts)),
  };
}
