// What may an option's value look like, wherever it was written?
import { z } from 'zod';
import { durationOfNanoseconds, parseDuration } from './duration.ts';

/** A value as a source hands it over: text from flags and environment, any scalar from a file; lists are split by the source. */
export type Raw = string | number | bigint | boolean | readonly unknown[];

export interface Kind<T = unknown> {
  /** For --help and the option reference. */
  readonly label: string;
  /** Completes "must be …". */
  readonly expected: string;
  readonly schema: z.ZodType<T, unknown>;
  /** Given several times on the command line, comma-separated elsewhere. */
  readonly isList?: true;
  /** Given one by one, and never split: repeated flags, an array in the file, variables `X`, `X_1`, `X_2`, … */
  readonly isSeries?: true;
  /** A flag that needs no value. */
  readonly isSwitch?: true;
  /** Never shown, and readable from OAUTH2_PROXY_<NAME>_FILE. */
  readonly isSecret?: true;
  /** Not empty for values that flags take with no sense for them: `--x=` is then an error (reference: pflag). */
  readonly refusesEmptyFlag?: true;
  readonly choices?: readonly string[];
}

// A number in a file that stands for a text is its decimal text, true and false are 1 and 0 (reference: weak decoding).
const textSchema = z.union([
  z.string(),
  z.union([z.number(), z.bigint()]).transform(String),
  z.boolean().transform((value) => (value ? '1' : '0')),
]);

const textsSchema = z.array(textSchema).readonly();

const flagSchema = z.union([
  z.boolean(),
  z.union([z.number(), z.bigint()]).transform((value) => Number(value) !== 0),
  // Exactly the literals of Go; an empty text is false.
  z.stringbool({
    truthy: ['true', '1', 't', 'T', 'TRUE', 'True'],
    falsy: ['false', '0', 'f', 'F', 'FALSE', 'False', ''],
    case: 'sensitive',
  }),
]);

const integerSchema = z.union([
  z.int(),
  z.boolean().transform(Number),
  z.string().transform((text, context) => {
    const value = parseInteger(text);
    if (value === undefined) context.addIssue({ code: 'custom', message: 'no integer' });
    return value ?? z.NEVER;
  }),
]);

const durationSchema = z.union([
  z.union([z.number(), z.bigint()]).transform(durationOfNanoseconds),
  z.string().transform((text, context) => {
    const value = parseDuration(text);
    if (value === undefined) context.addIssue({ code: 'custom', message: 'no duration' });
    return value ?? z.NEVER;
  }),
]);

/** Go's integer notation: decimal, 0x, 0o or a leading 0, 0b; an empty text is 0. */
function parseInteger(text: string): number | undefined {
  if (text === '') return 0;
  const [, sign, digits = ''] = /^([+-]?)(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9]\d*)$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const value = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' ? -value : value;
}

export const text: Kind<string> = { label: 'text', expected: 'a text', schema: textSchema };

export const file: Kind<string> = { label: 'file', expected: 'the path of a file', schema: textSchema };

export const secret: Kind<string> = { label: 'secret', expected: 'a text', schema: textSchema, isSecret: true };

export const texts: Kind<readonly string[]> = {
  label: 'list',
  expected: 'a list of texts',
  schema: textsSchema,
  isList: true,
};

export const files: Kind<readonly string[]> = { ...texts, label: 'list of files', expected: 'a list of paths' };

export const secrets: Kind<readonly string[]> = { ...texts, label: 'list of secrets', isSecret: true };

/** One, or several in their order; without any content there is none. */
const seriesSchema = z
  .union([textSchema.transform((value) => [value]), z.array(textSchema)])
  .transform((values): readonly string[] => (values.every((value) => value === '') ? [] : values));

export const fileSeries: Kind<readonly string[]> = {
  label: 'series of files',
  expected: 'a path, or several in an array',
  schema: seriesSchema,
  isSeries: true,
};

export const secretSeries: Kind<readonly string[]> = {
  label: 'series of secrets',
  expected: 'a text, or several in an array',
  schema: seriesSchema,
  isSeries: true,
  isSecret: true,
};

export const flag: Kind<boolean> = {
  label: 'true/false',
  expected: 'true or false',
  schema: flagSchema,
  isSwitch: true,
  refusesEmptyFlag: true,
};

/** A yes or no that needs its value even as a flag (two google options of the reference). */
export const flagWithValue: Kind<boolean> = { label: 'true/false', expected: 'true or false', schema: flagSchema };

export const integer: Kind<number> = {
  label: 'integer',
  expected: 'a whole number',
  schema: integerSchema,
  refusesEmptyFlag: true,
};

export const mostWorkers = 256;

/** How many processes, or as many as fit the machine. */
export const workerCount: Kind<number | 'auto'> = {
  label: 'integer / auto',
  expected: `auto, or a whole number from 1 to ${mostWorkers}`,
  schema: z.union([z.literal('auto'), integerSchema.pipe(z.int().min(1).max(mostWorkers))]),
  refusesEmptyFlag: true,
};

export const duration: Kind<number> = {
  label: 'duration',
  expected: 'a duration such as 15m or 1h30m, with its unit (h, m, s, ms)',
  schema: durationSchema,
  refusesEmptyFlag: true,
};

/** A length of time, or left to the service. */
export const durationOrAuto: Kind<number | 'auto'> = {
  ...duration,
  label: 'duration / auto',
  expected: `${duration.expected}, or auto`,
  schema: z.union([z.literal('auto'), durationSchema]),
};

/** One of a few words; an empty word among them stands for "not set". */
export function choice<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  const shown = words.filter((word) => word !== '');
  return {
    label: shown.join(' / '),
    expected: `one of ${shown.join(', ')}`,
    schema: z.enum(words),
    choices: shown,
  };
}
