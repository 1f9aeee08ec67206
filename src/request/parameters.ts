// What do the query and the form of a request say? Read as the reference reads them, not as Express does.
import type { IncomingMessage } from 'node:http';
import { escapedBytes } from './bytes.ts';
import { readForm } from './form.ts';
import { findRawRd, rawRdValue } from './raw-rd.ts';

export interface Parameters {
  readonly kind: 'ok';
  /** The first value: of the form, else of the query (security RD-5). */
  get(name: string): string | undefined;
  getAll(name: string): readonly string[];
}

/** `escape`: a % without two digits. `semicolon`: a ; that may not separate. `too_many`: more than 100 (security L16). */
export interface UnreadableParameters {
  readonly kind: 'invalid';
  readonly because: 'escape' | 'semicolon' | 'too_many';
}

export interface ReadingOptions {
  /** --allow-query-semicolons: a ; separates as an & does. */
  readonly semicolons: boolean;
  /** Only where a target is read (see raw-rd.ts): elsewhere it would hide the parameters behind `rd`. */
  readonly rdToEnd?: boolean;
}

export type ParametersReading = Parameters | UnreadableParameters;

type Entries = readonly (readonly [name: string, value: string])[];

const parameterLimit = 100;

/** `rawQuery` is what stands behind the `?`. */
export function readParameters(rawQuery: string, options: ReadingOptions): ParametersReading {
  const rd = options.rdToEnd ? findRawRd(rawQuery, options) : undefined;
  const before = read(rd ? rawQuery.slice(0, rd.start) : rawQuery, options);
  if (!rd || before.kind === 'invalid') return before;
  const value = rawRdValue(rd.written);
  return value === undefined ? { kind: 'invalid', because: 'escape' } : joined(before, parametersOf([['rd', value]]));
}

/** The form of a POST, PUT or PATCH, then the query. @throws Problem when the form is too large or broken off */
export async function readAllParameters(req: IncomingMessage, options: ReadingOptions): Promise<ParametersReading> {
  const form = read((await readForm(req)) ?? '', options);
  const query = readParameters(queryOf(req.url ?? ''), options);
  if (form.kind === 'invalid' || query.kind === 'invalid') return form.kind === 'invalid' ? form : query;
  return joined(form, query);
}

export function queryOf(uri: string): string {
  const question = uri.indexOf('?');
  return question === -1 ? '' : uri.slice(question + 1);
}

function read(text: string, { semicolons }: ReadingOptions): ParametersReading {
  const separated = semicolons ? text.replaceAll(';', '&') : text;
  if (separated.includes(';')) return { kind: 'invalid', because: 'semicolon' };
  if (/%(?![0-9a-f]{2})/i.test(separated)) return { kind: 'invalid', because: 'escape' };
  // Counted before anything is built: `a[]=…` ten thousand times stays cheap (security L5).
  if (separated.split('&', parameterLimit + 1).length > parameterLimit) return { kind: 'invalid', because: 'too_many' };
  return parametersOf([...new URLSearchParams(escapedBytes(separated))]);
}

function parametersOf(entries: Entries): Parameters {
  return {
    kind: 'ok',
    get: (name) => entries.find(([key]) => key === name)?.[1],
    getAll: (name) => entries.filter(([key]) => key === name).map(([, value]) => value),
  };
}

function joined(first: Parameters, second: Parameters): Parameters {
  return {
    kind: 'ok',
    get: (name) => first.get(name) ?? second.get(name),
    getAll: (name) => [...first.getAll(name), ...second.getAll(name)],
  };
}
