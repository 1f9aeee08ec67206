// What is an account told that may not enter?
import { maskUri } from '../lib/log-mask.ts';
import { Problem } from '../lib/problem.ts';
import type { Requirement } from '../policy/requirement.ts';
import { describeSession } from '../session/describe.ts';
import { nameOf, type Session } from '../session/session.ts';

/** 403 with the reason in words: which account, what is missing, whom to ask. */
export function deniedProblem(
  session: Session,
  because: Requirement['name'],
  authEvent = evictedEvent(session, because),
): Problem {
  return new Problem({
    status: 403,
    reason: `${because}_not_allowed`,
    message: `You do not have permission to access this resource. ${explanations[because]}`,
    account: nameOf(session),
    isPage: true, // reference: ErrAccessDenied
    debug: 'The session failed authorization checks',
    authEvent,
  });
}

/** The reference's words (stored sessions that its rules refuse). */
export function evictedEvent(session: Session, because: Requirement['name']): string {
  const why = because === 'email' ? 'invalid email' : 'unauthorized';
  return `Invalid authorization via session (${why}): removing session ${describeSession(session)}`;
}

/** Of one page. The reference writes nothing of it; which page it was, its templates could not say. */
export function forbiddenEvent(uri: string): string {
  return `Forbidden here: ${maskUri(uri)}`;
}

const ask = 'If you need access, ask the people who run this site, or sign in with another account.';

const explanations: Readonly<Record<Requirement['name'], string>> = {
  email: `The e-mail address of this account is not among those that are admitted here. ${ask}`,
  group: `This account is in none of the groups that are admitted here. ${ask}`,
  role: `This account has none of the roles that are admitted here. ${ask}`,
  allowed_groups: `This account is in none of the groups that this page asks for. ${ask}`,
  allowed_emails: `The e-mail address of this account is not among those that this page asks for. ${ask}`,
  allowed_email_domains: `The e-mail domain of this account is not among those that this page asks for. ${ask}`,
};
