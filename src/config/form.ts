// In which form is the configuration written: in options alone, or structured beside them?
import type { AlphaConfig, AlphaGiven } from './alpha-file.ts';
import type { Converted } from './alpha-print.ts';
import { inAlphaWords, withoutReplaced } from './alpha-replaced.ts';
import type { Checkup, ReadFile } from './checkup.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import { tokenClaims, type HeaderRules } from './header-rule.ts';
import type { Flag } from './options.ts';
import { settle, type Settled } from './settle.ts';
import type { ConfigProblem, Reading } from './sources.ts';
import { legacyStructure, type Structure } from './structure.ts';

export interface Form {
  readonly readings: readonly Reading[];
  /** Options whose value could not even be read. */
  readonly broken: readonly Flag[];
  structureOf(checkup: Checkup): Structure;
  /** A text that speaks of options, in the words of this form. */
  words(text: string): string;
}

/** The structured form, which is made in alpha.ts. */
export interface AlphaForm {
  read(given: AlphaGiven): AlphaConfig;
  print(settled: Pick<Settled, 'config' | 'counted'>): Converted;
}

export interface FormParts {
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly alpha?: AlphaForm | undefined;
}

export function optionsAlone(readings: readonly Reading[]): Form {
  return { readings, broken: [], structureOf: legacyStructure, words: (text) => text };
}

/** @throws ConfigError when nothing of the file can be used */
export function withAlphaConfig(readings: readonly Reading[], path: string, parts: FormParts): Form {
  const { structure, given, broken, variables, ...told } = formIn(parts).read({ ...parts, path });
  const remaining = withoutReplaced(
    readings.flatMap((reading) => reading.given),
    variables,
  );
  const others = readings.map(({ problems, warnings }) => ({ given: [], problems, warnings }));
  const all = [...others, remaining, { given, ...told }];
  if (structure === undefined) throw refusal(all);
  return {
    readings: all,
    broken,
    structureOf(checkup) {
      checkTokens(structure.headerRules, checkup);
      return structure;
    },
    words: inAlphaWords,
  };
}

/** @throws ConfigError when the options cannot even be read */
export function converted(readings: readonly Reading[], parts: FormParts): Converted {
  const settled = settle(readings.flatMap(({ given }) => given));
  const { general } = settled.config;
  const at = '--convert-config-to-alpha';
  const contradictions: ConfigProblem[] = [];
  const what = 'exclude each other';
  if (general.alphaConfig !== '') contradictions.push({ option: at, what: `and --alpha-config ${what}` });
  if (general.configTest) contradictions.push({ option: at, what: `and --config-test ${what}` });
  const all = [...readings, { ...settled, warnings: [] }, { problems: contradictions, warnings: [] }];
  if (all.some(({ problems }) => problems.length > 0)) throw refusal(all);
  const { yaml, warnings } = formIn(parts).print(settled);
  return { yaml, warnings: [...readings.flatMap((reading) => reading.warnings), ...warnings] };
}

function formIn({ alpha }: FormParts): AlphaForm {
  if (alpha === undefined) throw new Error('the structured form was not loaded');
  return alpha;
}

function refusal(readings: readonly Pick<Reading, 'problems' | 'warnings'>[]): ConfigError {
  return new ConfigError(
    readings.flatMap(({ problems }) => problems),
    readings.flatMap(({ warnings }) => warnings),
  );
}

function checkTokens({ request, response }: HeaderRules, { config, problem }: Checkup): void {
  if (!config.session.sessionCookieMinimal) return;
  for (const { name, values } of [...request, ...response]) {
    const token = values.find((value) => value.kind === 'claim' && tokenClaims.includes(value.claim));
    if (token?.kind === 'claim')
      problem('session-cookie-minimal', `leaves out the ${token.claim}, which the header "${name}" needs`);
  }
}
