// Which text does a secret source stand for? Read once, at the start (reference: GetSecretValue).
import type { AlphaReading } from './alpha-reading.ts';
import type { SecretSource } from './alpha-schema.ts';
import type { Path } from './alpha-yaml.ts';
import { whyUnreadable } from './checkup.ts';
import { secretOf } from './secret-files.ts';

const kinds = 'value, fromEnv or fromFile';

/** Undefined when there is none; that is a problem then. */
export function secretText(source: SecretSource, path: Path, reading: AlphaReading): string | undefined {
  const { value = '', fromEnv = '', fromFile = '' } = source;
  const given = [value, fromEnv, fromFile].filter((one) => one !== '');
  if (given.length !== 1) {
    const what = given.length === 0 ? `needs one of ${kinds}` : `has more than one of ${kinds}`;
    reading.problem(path, what, given.length === 0 ? undefined : 'leave one of them');
    return undefined;
  }
  if (value !== '') return value;
  return fromEnv === '' ? fileText(fromFile, path, reading) : variable(fromEnv, path, reading);
}

function variable(name: string, path: Path, { env, problem }: AlphaReading): string | undefined {
  const value = env[name];
  if (value) return value;
  problem([...path, 'fromEnv'], `names the environment variable "${name}", which has no value`);
  return undefined;
}

/** A newline at the end comes from an editor, and no header can carry it. */
function fileText(file: string, path: Path, { readFile, problem }: AlphaReading): string | undefined {
  try {
    return secretOf(readFile(file)).replace(/\r?\n$/, '');
  } catch (error) {
    problem([...path, 'fromFile'], `names "${file}", but ${whyUnreadable(error)}`);
    return undefined;
  }
}
