// What is known about one option, and which names follow from its flag?
import type { Kind } from './kinds.ts';

/** A row of the table. Everything an operator sees of an option derives from it. */
export interface Option {
  /** Without the dashes. */
  readonly flag: string;
  readonly kind: Kind;
  /** Key in the config file, only where the reference breaks its own naming rule. */
  readonly key?: string;
  /** Older keys that still count. */
  readonly aliases?: readonly string[];
  /** No key, no environment variable. */
  readonly commandLineOnly?: true;
  /** As an operator would write it; absent: empty. */
  readonly default?: string;
  readonly help: string;
  /** Not known to the reference. */
  readonly ours?: true;
  /** Not built: any value but the default stops the start. Says what to do meanwhile, if anything. */
  readonly notYet?: string;
  /** What to use instead. */
  readonly deprecated?: string;
  /** Where we differ from the reference, for the option reference. */
  readonly differs?: string;
  /**
   * Each value lets more in. The reference ignores a misspelt variable (singular for plural), so obeying one that has
   * been lying around would open something on the day of the move: such a variable is only warned about.
   */
  readonly opens?: true;
  /**
   * Where the structured configuration says the same (`providers.clientID` of the one provider, `server.bindAddress`).
   * Options with `alpha` or `alphaInstead` cannot be given beside it.
   */
  readonly alpha?: string;
  /** What takes its place there, where no field says the same. */
  readonly alphaInstead?: string;
}

/** As an operator would find it: there is one provider. */
export function alphaPathOf({ alpha, alphaInstead }: Pick<Option, 'alpha' | 'alphaInstead'>): string | undefined {
  return (alpha ?? alphaInstead)?.replace(/^providers\b/, 'providers[0]');
}

/** Singular as a flag, plural as a key. */
export function keyOf({ flag, kind, key, commandLineOnly }: Option): string | undefined {
  if (commandLineOnly) return undefined;
  const name = flag.replaceAll('-', '_');
  return key ?? (kind.isList && !name.endsWith('s') ? `${name}s` : name);
}

export const envPrefix = 'OAUTH2_PROXY_';

export function envOf(key: string): string {
  return envPrefix + key.toUpperCase();
}

export function defaultOf(option: Option): string {
  return option.default ?? '';
}
