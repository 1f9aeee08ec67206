// What does the structured YAML file say? (reference: --alpha-config)
import { alphaHeaders } from './alpha-headers.ts';
import { tellIssues, without } from './alpha-issues.ts';
import { withFieldNames } from './alpha-keys.ts';
import { alphaLoginParameters } from './alpha-login-parameters.ts';
import { alphaOptions } from './alpha-options.ts';
import { shownPath, type AlphaReading } from './alpha-reading.ts';
import { additionalClaimsIn, alphaFile, fieldsOf, loginParametersIn, type AlphaFile } from './alpha-schema.ts';
import { substituted } from './alpha-substitution.ts';
import { alphaUpstreams } from './alpha-upstreams.ts';
import { parseYaml, type Path, type YamlText } from './alpha-yaml.ts';
import { whyUnreadable, type ReadFile } from './checkup.ts';
import type { Environment } from './environment.ts';
import type { Flag } from './options.ts';
import type { ConfigProblem, Given } from './sources.ts';
import type { Structure } from './structure.ts';

export interface AlphaGiven {
  readonly path: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
}

export interface AlphaConfig {
  readonly given: readonly Given[];
  /** Undefined when nothing of the file can be used. */
  readonly structure: Structure | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
  /** Options whose field could not be read. */
  readonly broken: readonly Flag[];
  /** Environment variables that the file reads. */
  readonly variables: readonly string[];
}

export function readAlphaFile({ path, env, readFile }: AlphaGiven): AlphaConfig {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const nothing = { given: [], structure: undefined, problems, warnings, broken: [], variables: [] };
  let content: string;
  try {
    content = new TextDecoder().decode(readFile(path));
  } catch (error) {
    problems.push({ option: '--alpha-config', what: `names "${path}", but ${whyUnreadable(error)}` });
    return nothing;
  }
  const { text, missing, used } = substituted(content, env);
  for (const name of missing) warnings.push(`${path} reads the environment variable ${name}, which is not set`);
  const yaml = parseYaml({ path, content: text }, problems);
  if (yaml === undefined) return nothing;
  const reading = readingOf({ path, env, readFile, yaml, problems, warnings });
  const { file, broken } = shaped(yaml.value, reading);
  if (file === undefined) return nothing;
  return { given: alphaOptions(file, reading), structure: structureOf(file, reading), ...common(), broken };

  function common() {
    return { problems, warnings, variables: used };
  }
}

interface ReadingParts extends AlphaGiven {
  readonly yaml: YamlText;
  readonly problems: ConfigProblem[];
  readonly warnings: string[];
}

function readingOf({ path: file, yaml, problems, warnings, ...given }: ReadingParts): AlphaReading {
  const nameOf = (path: Path) => {
    const line = yaml.lineOf(path);
    const place = path.length === 0 ? file : `${shownPath(path)} in ${file}`;
    return line === undefined ? place : `${place}:${line}`;
  };
  return {
    ...given,
    nameOf,
    problem: (path, what, remedy) => void problems.push({ option: nameOf(path), what, remedy }),
    warn: (text) => void warnings.push(text),
  };
}

interface Shaped {
  readonly file: AlphaFile | undefined;
  readonly broken: readonly Flag[];
}

/** What does not fit is told and left out, and the rest is judged further: all problems at once. */
function shaped(value: unknown, reading: AlphaReading): Shaped {
  const twice = (path: Path) => reading.problem(path, 'is there twice, in different case', 'leave one of them');
  const tree = withFieldNames(value, twice);
  const first = alphaFile.safeParse(tree);
  if (first.success) return { file: first.data, broken: [] };
  const places = tellIssues(first.error.issues, tree, reading);
  const broken = ['server', 'metricsServer', 'providers'].flatMap((section) =>
    fieldsOf(section).flatMap(([path, { flag }]) => {
      const here = section === 'providers' ? [section, 0, ...path] : [section, ...path];
      return places.some((place) => shownPath(here).startsWith(shownPath(place))) ? [flag] : [];
    }),
  );
  return { file: alphaFile.safeParse(without(tree, places)).data, broken };
}

function structureOf(file: AlphaFile, reading: AlphaReading): Structure {
  const { providers = [] } = file;
  if (providers.length === 0) reading.problem(['providers'], 'must name a provider');
  if (providers.length > 1)
    reading.problem(['providers', 1], 'is one too many', 'sign-ins go to a single provider; run a service for each');
  const [provider = {}] = providers;
  if (providers.length > 0 && !provider['id']) reading.problem(['providers', 0], 'needs an id', 'id: main');
  checkUnbuilt(provider, reading);
  return {
    upstreamConfig: alphaUpstreams(file, reading),
    headerRules: alphaHeaders(file, reading),
    loginParameters: alphaLoginParameters(loginParametersIn(provider), ['providers', 0, 'loginURLParameters'], reading),
    additionalClaims: additionalClaimsIn(provider),
  };
}

function checkUnbuilt({ ADFSConfig }: Readonly<Record<string, unknown>>, reading: AlphaReading): void {
  const isSet = JSON.stringify(ADFSConfig ?? {}).includes('true');
  if (isSet) reading.problem(['providers', 0, 'ADFSConfig'], 'is not supported yet');
}
