// What is behind us? One model, which every form of the configuration is read into.
import { compileRewrite } from '../lib/regex-rewrite.ts';
import { withoutPassword } from './checkup.ts';
import { destinationOf, type Destination, type UpstreamProblem } from './upstream-destination.ts';

export interface Upstream {
  /** For the request log. */
  readonly id: string;
  /**
   * Matches as a prefix when it ends with `/`, else exactly; with a `rewriteTarget` it is a regular expression. It is
   * never put in front of a request's path.
   */
  readonly path: string;
  /** What the matched part of the path becomes (`/v2/$1?lang=$2`). */
  readonly rewriteTarget: string | undefined;
  readonly destination: Destination;
  readonly insecureSkipTlsVerify: boolean;
  readonly passHostHeader: boolean;
  readonly proxyWebsockets: boolean;
  readonly disableKeepAlives: boolean;
  /** How long an upstream may take to begin its answer; 0 means for ever. */
  readonly timeoutMs: number;
  /** How long a part of an answer might be held back. None ever is, so that every value is kept to. */
  readonly flushIntervalMs: number;
}

export interface UpstreamConfig {
  /** Paths are matched as they are spelt, not decoded. */
  readonly proxyRawPath: boolean;
  readonly upstreams: readonly Upstream[];
}

/** As an operator wrote it; what is absent has its default. The alpha form has exactly these fields. */
export interface WrittenUpstream {
  readonly id?: string | undefined;
  readonly path?: string | undefined;
  readonly rewriteTarget?: string | undefined;
  readonly uri?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly static?: boolean | undefined;
  readonly staticCode?: number | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly passHostHeader?: boolean | undefined;
  readonly proxyWebsockets?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly disableKeepAlives?: boolean | undefined;
  /** What a problem calls it; else its id. */
  readonly shownAs?: string | undefined;
}

export interface JudgedUpstreams {
  readonly upstreams: readonly Upstream[];
  readonly problems: readonly UpstreamProblem[];
}

export const upstreamDefaults = {
  flushIntervalMs: 1_000,
  timeoutMs: 30_000,
  staticCode: 200,
} as const;

/** Every problem at once. Upstreams with problems are left out. */
export function judgeUpstreams(written: readonly WrittenUpstream[]): JudgedUpstreams {
  const upstreams: Upstream[] = [];
  const problems: UpstreamProblem[] = [];
  const ids = new Map<string, string>();
  const paths = new Map<string, string>();
  for (const one of written) {
    const { id = '', path = '' } = one;
    const name = nameOf(one);
    const destination = one.static === true ? staticOf(one) : destinationOf(one.uri ?? '', name);
    const found = [...placeProblems(one), ...staticProblems(one)];
    if ('what' in destination) {
      problems.push(...found, destination);
      continue;
    }
    const twice = [
      ...sameAs({ seen: paths, key: path, name, what: 'path' }),
      ...sameAs({ seen: ids, key: id, name, what: 'id' }),
    ].slice(0, 1); // without the alpha form the path is the id
    problems.push(...found, ...twice);
    if (found.length + twice.length === 0) upstreams.push({ ...settingsOf(one), id, path, destination });
  }
  return { upstreams, problems };
}

function settingsOf(one: WrittenUpstream): Omit<Upstream, 'id' | 'path' | 'destination'> {
  return {
    rewriteTarget: one.rewriteTarget === '' ? undefined : one.rewriteTarget,
    insecureSkipTlsVerify: one.insecureSkipTlsVerify ?? false,
    passHostHeader: one.passHostHeader ?? true,
    proxyWebsockets: one.proxyWebsockets ?? true,
    disableKeepAlives: one.disableKeepAlives ?? false,
    timeoutMs: one.timeoutMs ?? upstreamDefaults.timeoutMs,
    flushIntervalMs: one.flushIntervalMs ?? upstreamDefaults.flushIntervalMs,
  };
}

function nameOf({ shownAs, id = '', path = '', uri = '' }: WrittenUpstream): string {
  return `"${withoutPassword(shownAs ?? (id || path || uri))}"`;
}

interface Sameness {
  readonly seen: Map<string, string>;
  readonly key: string;
  readonly name: string;
  readonly what: string;
}

function sameAs({ seen, key, name, what }: Sameness): readonly UpstreamProblem[] {
  const other = seen.get(key);
  seen.set(key, name);
  if (other === undefined || key === '') return [];
  return [{ what: `${name} and ${other} both have the ${what} "${key}"`, remedy: `give each a ${what} of its own` }];
}

function placeProblems(one: WrittenUpstream): readonly UpstreamProblem[] {
  const { id = '', path = '', rewriteTarget = '' } = one;
  const name = nameOf(one);
  const problems: UpstreamProblem[] = [];
  if (id === '') problems.push({ what: `${name} has no id` });
  if (path === '') return [...problems, { what: `${name} has no path`, remedy: 'a path of / takes every request' }];
  if (rewriteTarget === '') {
    if (!path.startsWith('/'))
      problems.push({
        what: `${name} has the path "${path}", which must begin with /`,
        remedy: 'a regular expression needs a rewriteTarget',
      });
    return problems;
  }
  try {
    compileRewrite(path, rewriteTarget);
  } catch (error) {
    problems.push({ what: `${name} has the path "${path}", which is no regular expression: ${String(error)}` });
  }
  return problems;
}

function staticProblems(one: WrittenUpstream): readonly UpstreamProblem[] {
  const name = nameOf(one);
  if (one.static !== true) {
    return one.staticCode === undefined
      ? []
      : [{ what: `${name} has a staticCode, but is not static`, remedy: 'add static: true' }];
  }
  const problems: UpstreamProblem[] = [];
  const { uri = '', staticCode = upstreamDefaults.staticCode } = one;
  if (uri !== '')
    problems.push({ what: `${name} is static, so that its uri would mean nothing`, remedy: 'leave one out' });
  if (!isFinalStatus(staticCode))
    problems.push({
      what: `${name} has the staticCode ${staticCode}, which answers nothing`,
      remedy: 'use 200 to 999',
    });
  return problems;
}

function staticOf({ staticCode = upstreamDefaults.staticCode }: WrittenUpstream): Destination {
  return { kind: 'static', status: staticCode };
}

/** Less is interim (RFC 9110 §15.2), more does not fit into an answer. */
export function isFinalStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 999;
}
