// What does the operator want? Command line, environment and file in; one checked configuration out.
import { readArgv } from './argv.ts';
import { whyUnreadable } from './checkup.ts';
import type { Checkup, ReadFile } from './checkup.ts';
import { ConfigError } from './config-error.ts';
import type { Converted } from './alpha-print.ts';
import { readConfigFile } from './config-file.ts';
import { readEnvironment } from './environment.ts';
import { converted, optionsAlone, withAlphaConfig, type Form, type FormParts } from './form.ts';
import { invariants } from './invariants.ts';
import type { Config, Flag } from './options.ts';
import { withSecretFiles } from './secret-files.ts';
import { settle } from './settle.ts';
import { nameOfOne, type ConfigProblem, type Given, type Reading } from './sources.ts';
import type { Structure } from './structure.ts';
import { tidied } from './tidied.ts';

export interface Inputs extends FormParts {
  /** Without interpreter and script. */
  readonly argv: readonly string[];
}

export interface Loaded extends Structure {
  /** `config-test`: all is well, say so and exit. */
  readonly kind: 'run' | 'config-test';
  readonly config: Config;
  /** Set by the operator, be it to its default. */
  isGiven(flag: Flag): boolean;
  /** As the operator wrote it; `default` otherwise. */
  sourceOf(flag: Flag): string;
  readonly warnings: readonly string[];
}

export type Outcome =
  Loaded | { readonly kind: 'help' } | { readonly kind: 'version' } | ({ readonly kind: 'converted' } & Converted);

/** Files are read as `node:fs` does. @throws ConfigError with every problem there is */
export function loadConfig(inputs: Inputs): Outcome {
  const { argv, env, readFile } = inputs;
  const commandLine = readArgv(argv);
  if (commandLine.wantsHelp) return { kind: 'help' };
  const { alphaConfig, ...early } = settle(commandLine.given).config.general;
  if (early.version) return { kind: 'version' };

  const readings = [commandLine, readEnvironment(env), fileReading(early.config, readFile)];
  if (early.convertConfigToAlpha) return { kind: 'converted', ...converted(readings, inputs) };
  return loaded(alphaConfig === '' ? optionsAlone(readings) : withAlphaConfig(readings, alphaConfig, inputs), readFile);
}

function loaded({ readings, broken, structureOf, words }: Form, readFile: ReadFile): Loaded {
  const given = readings.flatMap((reading) => reading.given);
  const secretFiles = withSecretFiles(given, readFile);
  const settled = settle(secretFiles.given);
  const problems = [...readings, secretFiles, settled].flatMap((part) => part.problems);
  const warnings = [...readings, secretFiles].flatMap((part) => part.warnings);
  const { config } = settled;

  const unreadable = new Set([...settled.broken, ...secretFiles.broken, ...broken]);
  const nameOf = (flag: Flag, at?: number) => nameOfGiven(settled.counted.get(flag), at) ?? words(`--${flag}`);
  const checkup: Checkup = {
    config,
    readFile,
    isGiven: (flag) => settled.counted.has(flag),
    nameOf,
    problem: (place, what, remedy) => {
      const { flag, at } = typeof place === 'string' ? { flag: place, at: undefined } : place;
      const told = { what: words(what), remedy: remedy && words(remedy) };
      if (!unreadable.has(flag)) problems.push({ option: nameOf(flag, at), ...told });
    },
    warn: (text) => warnings.push(words(text)),
  };
  for (const check of invariants) check(checkup);
  const structure = structureOf(checkup);
  if (problems.length > 0) throw new ConfigError(withoutRepeats(problems), warnings);
  return {
    kind: config.general.configTest ? 'config-test' : 'run',
    config: tidied(config),
    ...structure,
    isGiven: checkup.isGiven,
    sourceOf: (flag) => settled.counted.get(flag)?.writtenAs ?? 'default',
    warnings,
  };
}

function fileReading(path: string, readFile: ReadFile): Reading {
  if (path === '') return { given: [], problems: [], warnings: [] };
  let content: string;
  try {
    content = new TextDecoder().decode(readFile(path));
  } catch (error) {
    return {
      given: [],
      problems: [{ option: '--config', what: `names "${path}", but ${whyUnreadable(error)}` }],
      warnings: [],
    };
  }
  return readConfigFile({ path, content });
}

function nameOfGiven(given: Given | undefined, at?: number): string | undefined {
  return given === undefined || at === undefined ? given?.writtenAs : nameOfOne(given, at);
}

/** An option that fails twice for the same reason is named once. */
function withoutRepeats(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const lines = new Map(problems.map((problem) => [`${problem.option} ${problem.what}`, problem]));
  return [...lines.values()];
}
