// What can go wrong when the provider sends a browser back, and what are the user and the log told?
import { Problem } from '../lib/problem.ts';

/** Fixed texts for the codes of RFC 6749 §4.1.2.1 and OIDC Core §3.1.2.6; free text of a stranger is never shown (security O-2). */
const explanations: ReadonlyMap<string, string> = new Map([
  ['access_denied', 'the sign-in was refused or cancelled'],
  ['login_required', 'the identity provider wants you to sign in there first'],
  ['interaction_required', 'the identity provider wants to ask you something first'],
  ['consent_required', 'the identity provider wants your consent first'],
  ['account_selection_required', 'the identity provider wants you to choose an account'],
  ['invalid_request', 'the identity provider did not understand the request'],
  ['unauthorized_client', 'this site is not allowed to ask the identity provider'],
  ['unsupported_response_type', 'the identity provider does not offer this kind of sign-in'],
  ['invalid_scope', 'this site asks for something that the identity provider does not know'],
  ['server_error', 'the identity provider has a problem'],
  ['temporarily_unavailable', 'the identity provider is busy'],
]);

/** Of an unknown code only the bare name is shown (reference): nobody can write a sentence, an address or a number with it. */
function refusedByProvider(error: string): Problem {
  const explanation = explanations.get(error) ?? 'it gave a reason that is unknown here';
  const told = isName(error) ? `${explanation} (${error})` : explanation;
  return new Problem({
    status: 403,
    reason: explanations.has(error) ? `provider_error_${error}` : 'provider_error_unknown',
    message: `Login Failed: the identity provider did not sign you in: ${told}.`,
    ...(isErrorCode(error) && { debug: `the identity provider answered with the error "${error}"` }),
  });
}

function isName(error: string): boolean {
  return /^[a-z]+(?:_[a-z]+){0,3}$/.test(error) && error.length <= 32;
}

function isErrorCode(text: string): boolean {
  return /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(text);
}

function mixUp(reason: string): Problem {
  return new Problem({
    status: 403,
    reason,
    message: 'Login Failed: this answer is not from the identity provider that was asked. Please try again.',
  });
}

function noCode(): Problem {
  return new Problem({
    status: 400,
    reason: 'code_missing',
    message: 'This sign-in address is incomplete. Please start again.',
    debug: 'missing code',
  });
}

function noAttempt(): Problem {
  return new Problem({
    status: 403,
    reason: 'csrf_cookie_missing',
    message:
      'Login Failed: Unable to find a valid CSRF token. Please try again. If this happens again, your browser does not keep the cookies of this site.',
    debug: 'no CSRF cookie of this sign-in attempt was found',
  });
}

function signedOutMeanwhile(): Problem {
  return new Problem({
    status: 403,
    reason: 'signed_out_meanwhile',
    message: 'Login Failed: you were signed out at the identity provider. Please sign in there again.',
  });
}

export const signInProblem = { refusedByProvider, mixUp, noCode, noAttempt, signedOutMeanwhile };
