// What does loginURLParameters say?
import { compileRegex } from '../lib/regex.ts';
import type { AlphaReading } from './alpha-reading.ts';
import type { AlphaLoginParameter } from './alpha-schema.ts';
import type { Path } from './alpha-yaml.ts';
import type { AllowRule, LoginParameter } from './login-parameter.ts';

/** Ours to set: who could change them could take a sign-in over (RFC 9700 §4). Some have a field of their own. */
const reserved: Readonly<Record<string, string | undefined>> = {
  client_id: 'clientID has it',
  response_type: undefined,
  redirect_uri: '--redirect-url has it',
  scope: 'scope has it',
  state: undefined,
  nonce: undefined,
  code_challenge: undefined,
  code_challenge_method: 'code_challenge_method of the provider has it',
  response_mode: 'authRequestResponseMode has it',
  request: undefined,
  request_uri: undefined,
};

export function alphaLoginParameters(
  written: readonly AlphaLoginParameter[],
  path: Path,
  reading: AlphaReading,
): readonly LoginParameter[] {
  return written.map(({ name = '', default: defaults = [], allow = [] }, at) => {
    const here = [...path, at];
    if (name === '') reading.problem(here, 'needs a name', 'name: login_hint');
    else if (Object.hasOwn(reserved, name))
      reading.problem([...here, 'name'], `"${name}" is set by the service itself`, reserved[name]);
    else if (written.findIndex((other) => other.name === name) < at)
      reading.problem([...here, 'name'], `"${name}" is there twice`, 'put both into one');
    return {
      name,
      defaults,
      allow: allow.flatMap((rule, ruleAt) => ruleOf(rule, [...here, 'allow', ruleAt], reading)),
    };
  });
}

type AlphaRule = NonNullable<AlphaLoginParameter['allow']>[number];

function ruleOf({ value, pattern }: AlphaRule, path: Path, { problem }: AlphaReading): readonly AllowRule[] {
  if ((value === undefined) === (pattern === undefined)) {
    problem(path, value === undefined ? 'needs a value or a pattern' : 'has both a value and a pattern');
    return [];
  }
  if (pattern === undefined) return [{ kind: 'value', value: value ?? '' }];
  try {
    compileRegex(pattern);
    return [{ kind: 'pattern', pattern }];
  } catch (error) {
    problem([...path, 'pattern'], `"${pattern}" is no regular expression: ${String(error)}`);
    return [];
  }
}
