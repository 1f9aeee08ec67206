// Which field does a key mean? Keys count in any case (reference: mapstructure), and an empty one is as good as none.
import { fieldNames } from './alpha-schema.ts';
import type { Path } from './alpha-yaml.ts';

const byLowerCase: ReadonlyMap<string, string> = new Map(fieldNames.map((name) => [name.toLowerCase(), name]));

/** The same tree with the names as they are documented. `twice` is told of keys that mean the same field. */
export function withFieldNames(value: unknown, twice: (path: Path) => void, path: Path = []): unknown {
  if (Array.isArray(value)) return value.map((one, at) => withFieldNames(one, twice, [...path, at]));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const named = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value)) {
    const name = byLowerCase.get(key.toLowerCase()) ?? key;
    if (inner === null) continue;
    if (named.has(name)) twice([...path, key]);
    named.set(name, withFieldNames(inner, twice, [...path, name]));
  }
  return Object.fromEntries(named);
}
