// Where may the ID token of a session go when somebody signs out? To the provider, and nowhere else (security N2, R7).
import type { ReturnTo } from '../request/return-to.ts';

const placeholder = '{id_token}';

export interface PlaceholderParts {
  /** Origins of the provider. */
  ownOrigins(): readonly string[];
  readonly root: ReturnTo;
}

/** Fills `{id_token}` in a target at the provider; elsewhere, or without an ID token, drops the parameter that holds it. */
export function fillIdToken({ ownOrigins, root }: PlaceholderParts) {
  return (returnTo: ReturnTo, idToken: string | undefined): ReturnTo | URL => {
    if (!returnTo.includes(placeholder)) return returnTo;
    const isProvider = URL.canParse(returnTo) && ownOrigins().includes(new URL(returnTo).origin);
    if (isProvider && idToken !== undefined) return new URL(returnTo.replaceAll(placeholder, idToken));
    return withoutPlaceholder(returnTo) ?? root;
  };
}

/** Dropping parameters leaves scheme, host and path as they were judged; a placeholder in those makes the target void. */
function withoutPlaceholder(returnTo: ReturnTo): ReturnTo | undefined {
  const [, base = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(returnTo) ?? [];
  if (base.includes(placeholder) || fragment.includes(placeholder)) return undefined;
  const kept = query.split('&').filter((parameter) => !parameter.includes(placeholder));
  return `${base}${kept.length > 0 ? `?${kept.join('&')}` : ''}${fragment}` as ReturnTo;
}
