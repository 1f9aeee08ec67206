// What is wrong with the shape of the structured configuration? Every issue as a problem that an operator can act on.
import type { z } from 'zod';
import type { AlphaReading } from './alpha-reading.ts';
import { fieldNames } from './alpha-schema.ts';
import type { Path } from './alpha-yaml.ts';
import { didYouMean } from './did-you-mean.ts';

type Issue = z.core.$ZodIssue;

/** The places that cannot be used. */
export function tellIssues(issues: readonly Issue[], value: unknown, reading: AlphaReading): readonly Path[] {
  return issues.flatMap((issue): readonly Path[] => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    if (issue.code === 'unrecognized_keys') {
      const places = issue.keys.map((key) => [...path, key]);
      for (const place of places) reading.problem(place, 'is not a known field', meant(place));
      return places;
    }
    const written = at(value, path);
    reading.problem(path, whatIsWrong(issue) + shown(written, path), quoting(issue, written));
    return [path];
  });
}

/** Up to v7.13 sources stood beside each other; where else could a field of this name be meant? */
function meant(path: Path): string | undefined {
  const key = String(path.at(-1));
  const isValue = path.at(-3) === 'values';
  if (isValue && ['claim', 'prefix', 'basicAuthPassword'].includes(key)) return `write claimSource: {${key}: …}`;
  if (isValue && ['value', 'fromEnv', 'fromFile'].includes(key)) return `write secretSource: {${key}: …}`;
  if (path.length === 1 && key === 'upstreams') return 'it stands below upstreamConfig';
  const name = didYouMean(key, fieldNames);
  return name === undefined || name === key ? 'it is not known at this place' : `did you mean ${name}?`;
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
  number: 'a number',
  int: 'a whole number',
};

function whatIsWrong(issue: Issue): string {
  return issue.code === 'invalid_type' ? `must be ${expectations[issue.expected] ?? issue.expected}` : issue.message;
}

/** A value beside a secret's name is never shown. */
function shown(value: unknown, path: Path): string {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const isSecret = path.length === 0 || path.some((step) => /secret|password|token|^value$|key$/i.test(String(step)));
  return isScalar && !isSecret ? ` (got ${JSON.stringify(value)})` : '';
}

function quoting(issue: Issue, value: unknown): string | undefined {
  const isBare = typeof value === 'number' || typeof value === 'boolean';
  return issue.code === 'invalid_type' && issue.expected === 'string' && isBare ? 'put it in quotes' : undefined;
}

export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, step) => (part as Record<string | number, unknown> | undefined)?.[step], value);
}

/** The tree without these places, so that what is fit can be judged further. */
export function without(value: unknown, places: readonly Path[], here: Path = []): unknown {
  const isDropped = (path: Path) => places.some((place) => place.join('\0') === path.join('\0'));
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => (isDropped([...here, index]) ? [] : [without(one, places, [...here, index])]));
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !isDropped([...here, key]));
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, places, [...here, key])]));
}
