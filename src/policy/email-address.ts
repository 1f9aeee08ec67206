// Which domain does an e-mail address belong to, and how is it compared?

/**
 * Undefined unless there is exactly one `@` with a domain behind it (security A12: `attacker@evil.com@company.com`).
 * The part before it may be empty, as the reference has it.
 */
export function domainOf(email: string): string | undefined {
  const [local, domain, ...more] = email.split('@');
  if (local === undefined || !domain || more.length > 0 || controls.test(email)) return undefined;
  return domain;
}

/**
 * Lower case without look-alikes: the Kelvin sign and the dotted capital I would turn into ASCII letters,
 * and a stranger's domain into ours.
 */
export function lowerCased(text: string): string {
  return text.replace(/[^\u212a\u0130]+/g, (part) => part.toLowerCase());
}

/** Blanks, line breaks, NUL: never part of an address that a provider vouches for. */
const controls = /[\u0000-\u0020\u007f]/;
