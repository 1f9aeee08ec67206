// Where may the ID token of a session go when somebody signs out? To the provider, and nowhere else (security N2, R7).
import type { Logger } from '../lib/logger.ts';
import type { ReturnTo } from '../request/return-to.ts';

const placeholder = '{id_token}';

export interface PlaceholderParts {
  /** Origins of the provider. */
  ownOrigins(): readonly string[];
  readonly logger: Pick<Logger, 'warn'>;
  readonly root: ReturnTo;
}

/** The target with `{id_token}` filled in where it leads to the provider; elsewhere, or without a token, dropped. */
export type WithIdToken = (returnTo: ReturnTo, idToken: string | undefined) => ReturnTo;

export function fillIdToken({ ownOrigins, logger, root }: PlaceholderParts): WithIdToken {
  return (returnTo, idToken) => {
    if (!returnTo.includes(placeholder)) return returnTo;
    const url = URL.parse(returnTo);
    const isProvider = url !== null && ownOrigins().includes(url.origin);
    if (!isProvider) {
      const reason = 'id_token_elsewhere';
      logger.warn('a sign-out target outside of the provider asks for the ID token, and gets none', { reason });
    }
    const filled = isProvider && idToken !== undefined ? withParameters(returnTo, idToken) : returnTo;
    return withoutPlaceholder(filled) ?? root;
  };
}

/** Whole values only: inside of another one, e.g. an address to go on to, the token would travel farther. */
function withParameters(returnTo: ReturnTo, idToken: string): ReturnTo {
  const [, base = '', query = '', fragment = ''] = parts(returnTo);
  const filled = query.split('&').map((parameter) => parameter.replace(/=\{id_token\}$/, () => `=${idToken}`));
  return joined(base, filled, fragment);
}

/** Dropping parameters leaves scheme, host and path as they were judged; a placeholder in those makes the target void. */
function withoutPlaceholder(returnTo: ReturnTo): ReturnTo | undefined {
  const [, base = '', query = '', fragment = ''] = parts(returnTo);
  if (base.includes(placeholder)) return undefined;
  const kept = query.split('&').filter((parameter) => !parameter.includes(placeholder));
  return joined(base, kept, fragment.includes(placeholder) ? '' : fragment);
}

function parts(returnTo: ReturnTo): readonly string[] {
  return /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(returnTo) ?? [];
}

function joined(base: string, parameters: readonly string[], fragment: string): ReturnTo {
  const query = parameters.join('&');
  return `${base}${query && `?${query}`}${fragment}` as ReturnTo;
}
