// Who is it, by the claims of ID token and userinfo? (behaviour.md §16)
import { ClaimsProblem } from './failure.ts';
import { isObject, own } from './json.ts';
import type { Claims } from './json.ts';

export interface ClaimNames {
  readonly email: string;
  readonly groups: string;
  /** Further claims that a session keeps. */
  readonly additional?: readonly string[];
  readonly allowUnverifiedEmail: boolean;
  /** The user's name stands for an e-mail that is not there (reference: bearer tokens). */
  readonly userForEmail?: true;
}

/** Texts are empty where the provider said nothing. */
export interface Identity {
  readonly user: string;
  readonly email: string;
  readonly preferredUsername: string;
  readonly groups: readonly string[];
  /** Absent where none is asked for. */
  readonly additionalClaims?: Readonly<Record<string, unknown>>;
}

/**
 * Claims of the ID token count first; `profile` is asked once, and only if one is missing there (reference: claim_extractor.go).
 * @throws ClaimsProblem, and what `profile` throws
 */
export async function identityOf(
  idToken: Claims,
  profile: () => Promise<Claims>,
  names: ClaimNames,
): Promise<Identity> {
  let fetched: Promise<Claims> | undefined;
  const claim: Claim = async (name) => {
    const value = lookUp(idToken, name);
    if (value !== undefined) return value;
    fetched ??= profile();
    return lookUp(await fetched, name);
  };
  const user = asText(await claim('sub'));
  const identity: Identity = {
    user,
    email: asText(await claim(names.email)) || (names.userForEmail ? user : ''),
    groups: asTexts(await claim(names.groups)),
    preferredUsername: asText(await claim('preferred_username')),
  };
  const additional = await claimsOf(names.additional ?? [], claim);
  const account = identity.preferredUsername || identity.email || identity.user;
  // reference: only the standard claim is vouched for by email_verified
  const isChecked = names.email === 'email' && !names.allowUnverifiedEmail;
  const isVerified = !isChecked || asVerified(await claim('email_verified'));
  if (identity.email === '') throw new ClaimsProblem('email_missing', account);
  if (!isVerified) throw new ClaimsProblem('email_not_verified', account);
  return additional === undefined ? identity : { ...identity, additionalClaims: additional };
}

type Claim = (name: string) => Promise<unknown>;

/** What is nowhere is left out. */
async function claimsOf(names: readonly string[], claim: Claim): Promise<Identity['additionalClaims']> {
  if (names.length === 0) return undefined;
  const entries: (readonly [string, unknown])[] = [];
  for (const name of names) entries.push([name, withTextNumbers(await claim(name))]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** reference: it reads numbers as texts and keeps them so */
function withTextNumbers(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(withTextNumbers);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withTextNumbers(inner)]));
}

/** The exact name wins over a path: `https://groups.test` has dots, too. */
export function lookUp(claims: Claims, name: string): unknown {
  const exact = own(claims, name) ?? undefined;
  if (exact !== undefined) return exact;
  return name.split('.').reduce<unknown>((value, step) => own(value, step), claims) ?? undefined;
}

export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A single value is a list of one. */
export function asTexts(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(asText) : [asText(value)];
}

/** Missing counts as verified (reference); of texts, those that Go's ParseBool takes for true; what nobody can read is a no. */
function asVerified(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value === 'string') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
  return !isObject(value) && !Array.isArray(value) && Boolean(value);
}
