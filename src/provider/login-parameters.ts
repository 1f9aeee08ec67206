// Which of our further parameters reach the provider's sign-in page, and with whose values?
import type { AllowRule, LoginParameter } from '../config/login-parameter.ts';
import { compileRegex } from '../lib/regex.ts';

/** What the request to start says under a name. */
export type Asked = (name: string) => readonly string[];

/** The values of each parameter: those of the request that a rule admits, else the configured ones. */
export type LoginParametersFor = (asked: Asked) => ReadonlyMap<string, readonly string[]>;

export function loginParameters(parameters: readonly LoginParameter[]): LoginParametersFor {
  const compiled = parameters.map(({ allow, ...parameter }) => ({ ...parameter, rules: allow.map(admits) }));
  return (asked) => {
    const values = new Map<string, readonly string[]>();
    for (const { name, defaults, rules } of compiled) {
      const admitted = rules.length === 0 ? [] : asked(name).filter((value) => rules.some((rule) => rule(value)));
      const chosen = admitted.length > 0 ? admitted : defaults;
      if (chosen.length > 0) values.set(name, chosen);
    }
    return values;
  };
}

/** Strangers choose the values, so that no answer is worth remembering. */
function admits(rule: AllowRule): (value: string) => boolean {
  return rule.kind === 'value' ? (value) => value === rule.value : compileRegex(rule.pattern, { remembered: 0 });
}
