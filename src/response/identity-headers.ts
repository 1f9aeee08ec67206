// What do nginx and the application hear about the user, and what can no client say in our name?
import { LRUCache } from 'lru-cache';
import type { ClaimValue, HeaderRule, HeaderRules } from '../config/header-rule.ts';
import type { Clock } from '../lib/clock.ts';
import { nameOf, type Session } from '../session/session.ts';
import { valuesOf } from './header-rules.ts';

export type HeaderLine = readonly [name: string, value: string];

export interface IdentityHeaders {
  /** Towards the upstream; one line per name (security H-10). */
  requestHeaders(session: Session | undefined): readonly HeaderLine[];
  /** On a 202 of auth and on proxied answers, `Gap-Auth` first. */
  responseHeaders(session: Session | undefined): readonly HeaderLine[];
  /** Must a client's header of this name not reach the upstream (security H-6)? */
  isIdentityHeader(name: string): boolean;
}

export interface IdentityHeadersParts {
  readonly rules: HeaderRules;
  readonly groupsFormat: GroupsFormat;
  /** An access token that has expired is handed to nobody. */
  readonly clock: Clock;
  /** Told once per user: nginx refuses answers whose headers exceed its buffer of 4 KiB (security X-8). */
  warnOfSize(session: Session, bytes: number): void;
}

export type GroupsFormat = 'comma' | 'json';

const largeBytes = 3584;
const usersRemembered = 1000;

export function createIdentityHeaders({
  rules,
  groupsFormat,
  clock,
  warnOfSize,
}: IdentityHeadersParts): IdentityHeaders {
  const inRequest = rules.request.map((rule) => compile(rule, groupsFormat));
  const inResponse = rules.response.map((rule) => compile(rule, groupsFormat));
  const linesOf = (compiled: readonly LineFor[], session: Session | undefined) => {
    const nowMs = clock();
    return compiled.flatMap((lineFor) => lineFor({ session, nowMs }));
  };
  const warned = new LRUCache<string, true>({ max: usersRemembered });

  return {
    requestHeaders: (session) => linesOf(inRequest, session),
    isIdentityHeader: stripped(rules),
    responseHeaders(session) {
      if (session === undefined) return linesOf(inResponse, session);
      const lines = [...gapAuth(session), ...linesOf(inResponse, session)];
      const bytes = lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
      const user = session.user || session.email;
      if (bytes > largeBytes && !warned.has(user)) {
        warned.set(user, true);
        warnOfSize(session, bytes);
      }
      return lines;
    },
  };
}

/** A rule decides about its name in every spelling; about the others it is decided here. */
function stripped({ request, stripsReserved }: HeaderRules): (name: string) => boolean {
  const bySpelling = Map.groupBy(request, ({ name }) => spelling(name));
  return (name) => {
    const spelt = spelling(name);
    const rules = bySpelling.get(spelt);
    if (rules === undefined) return stripsReserved && isReserved(spelt);
    const lower = name.trim().toLowerCase();
    return rules.some((rule) => !rule.preserves && (!rule.isExact || rule.name.toLowerCase() === lower));
  };
}

/** Ours, whether the configuration sets them or not; `Authorization` only when we set it. */
function isReserved(spelt: string): boolean {
  return reserved.has(spelt) || spelt.startsWith('x-auth-request-');
}

const reserved = new Set([
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-groups',
  'x-forwarded-preferred-username',
  'x-forwarded-access-token',
  'gap-auth',
]);

/** Applications read `X_Forwarded_User` as `X-Forwarded-User` (CGI variables cannot tell them apart). */
function spelling(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-');
}

interface Teller {
  readonly session: Session | undefined;
  readonly nowMs: number;
}

type LineFor = (teller: Teller) => readonly HeaderLine[];

function compile({ name, values }: HeaderRule, groupsFormat: GroupsFormat): LineFor {
  return (teller) => {
    const texts = values.flatMap((value) =>
      value.kind === 'secret' ? [value.text] : textsOf(value, groupsFormat, teller),
    );
    return texts.length === 0 ? [] : [[name, headerBytes(texts.join(','))]];
  };
}

function textsOf(value: ClaimValue, groupsFormat: GroupsFormat, { session, nowMs }: Teller): readonly string[] {
  if (session === undefined) return [];
  const texts = valuesOf(value.claim, session, nowMs);
  const { basicAuthPassword, prefix = '' } = value;
  if (basicAuthPassword !== undefined) {
    return texts.map((text) => `Basic ${Buffer.from(`${text}:${basicAuthPassword}`).toString('base64')}`);
  }
  // H-9: a group may hold a comma; JSON keeps it apart from the separator.
  if (value.claim === 'groups' && groupsFormat === 'json' && texts.length > 0) return [asciiJson(texts)];
  return texts.map((text) => `${prefix}${text}`);
}

/** Escapes beyond ASCII: nobody has to guess the encoding of the header. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Reference: authOnlyAuthorize, proxy. */
function gapAuth(session: Session): readonly HeaderLine[] {
  const name = nameOf(session);
  return name === undefined ? [] : [['Gap-Auth', headerBytes(name)]];
}

/** H-9: UTF-8 bytes, one character each as Node wants them; what could end a line, or what Node refuses, becomes a blank. */
function headerBytes(text: string): string {
  // HTTP trims values (RFC 9110 §5.5): outer blanks are escaped, or "admin\n" would reach the application as "admin".
  // A pattern for the end would be slow for a name that is full of blanks.
  const start = text.search(/[^\x00-\x20\x7f]/);
  let end = text.length;
  while (end > start && /[\x00-\x20\x7f]/.test(text.charAt(end - 1))) end--;
  const [before, inner, behind] =
    start < 0 ? [text, '', ''] : [text.slice(0, start), text.slice(start, end), text.slice(end)];
  const escapedBlanks = (blanks: string) => blanks.replace(/[^]/g, escaped);
  const line = escapedBlanks(before) + inner.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ') + escapedBlanks(behind);
  return Buffer.from(line).toString('latin1');
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
