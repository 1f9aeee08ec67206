// What does a text of the provider say, read as data and nothing else?

/** Claims as received. Read them with `own` only: names come from strangers (security T-6). */
export type Claims = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined when the text is no JSON object. */
export function parseObject(text: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An own property; `__proto__` and `constructor` are names like any other. */
export function own(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
