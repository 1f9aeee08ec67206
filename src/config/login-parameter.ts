// What else is sent to the provider's sign-in page, and what may a user's request say about it?
import type { Config } from './options.ts';

export interface LoginParameter {
  readonly name: string;
  /** Sent unless the request has values that are allowed. */
  readonly defaults: readonly string[];
  /** What a request to start may bring instead; nothing without a rule. */
  readonly allow: readonly AllowRule[];
}

/** A pattern may match anywhere in the value. */
export type AllowRule =
  { readonly kind: 'value'; readonly value: string } | { readonly kind: 'pattern'; readonly pattern: string };

type LoginOptions = Pick<Config['provider'], 'acrValues' | 'prompt' | 'approvalPrompt'>;

/** reference: of prompt and approval_prompt one is always sent, and an empty one is `force` */
export function legacyLoginParameters({ acrValues, prompt, approvalPrompt }: LoginOptions): readonly LoginParameter[] {
  const fixed = (name: string, value: string): LoginParameter => ({ name, defaults: [value], allow: [] });
  return [
    ...(acrValues === '' ? [] : [fixed('acr_values', acrValues)]),
    prompt === '' ? fixed('approval_prompt', approvalPrompt || 'force') : fixed('prompt', prompt),
  ];
}
