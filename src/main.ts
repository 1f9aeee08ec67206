// The program: command line, environment and files in; a listening service out. The only reader of `process`.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { ConfigError } from './config/config-error.ts';
import { describeEffective } from './config/effective.ts';
import { helpText } from './config/help.ts';
import { loadConfig, type Loaded, type Outcome } from './config/load.ts';
import type { Config } from './config/options.ts';
import { usesRedis } from './config/redis-use.ts';
import { systemClock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { createLogger, type LoggerParts } from './lib/logger-winston.ts';
import { socketActivation } from './lib/socket-activation.ts';
import { stopSignals } from './lib/stop-signals.ts';
import { readVersion } from './lib/version.ts';
import type { Desk } from './session/session-desk.ts';
import { workerVariable, type Addresses, type LastWords } from './lib/worker-messages.ts';

// V8 lets a heap grow to several times what is in use before it looks for garbage; memory that is never given back is worth
// less to us than a third more of those looks, which cost no measurable time here (docs/performance.md).
setFlagsFromString('--heap-growing-percent=30');

const version = readVersion();
const exitCode = { fine: 0, failed: 1 } as const;
const isWorker = process.env[workerVariable] !== undefined && process.send !== undefined;
const standard = { out: process.stdout, err: process.stderr };

async function main(argv: readonly string[]): Promise<void> {
  const [command] = argv;
  if (command === 'healthcheck') {
    const { healthCheck } = await import('./check/health.ts');
    const outcome = await configOf(await serviceFlags(argv.slice(1)));
    return exit(outcome.kind === 'run' ? await healthCheck(outcome.config.server) : exitCode.failed);
  }
  if (command === 'nginx-check') {
    const { runNginxCheck } = await import('./check/nginx.ts');
    return exit(await runNginxCheck(argv.slice(1), (line) => console.log(line)));
  }
  if (command === 'sessions') {
    const { runSessions } = await import('./check/sessions.ts');
    return exit(await runSessions(argv.slice(1), { atDesk: atDeskOf, print: (line) => console.log(line) }));
  }
  const outcome = await configOf(argv);
  switch (outcome.kind) {
    case 'help':
      return void process.stdout.write(`${helpText()}\n`);
    case 'version':
      return void process.stdout.write(`oauth2-sidecar ${version} (Node.js ${process.version})\n`);
    case 'config-test':
      writeWarnings(outcome.warnings);
      (await loadService()).rehearse({ loaded: outcome, logger: loggerOf(outcome, standard), version });
      return exit(exitCode.fine, 'configuration is valid\n');
    case 'converted':
      writeWarnings(outcome.warnings);
      return exit(exitCode.fine, outcome.yaml);
    case 'run':
      return isWorker ? runWorker(outcome) : run(outcome);
  }
}

/** Where operators look after sessions: the store is found as the service itself finds it. */
async function atDeskOf<T>(flags: readonly string[], work: (desk: Desk) => Promise<T>): Promise<T | undefined> {
  const loaded = await configOf(await serviceFlags(flags));
  if (loaded.kind !== 'run') return undefined;
  const log = { ...loaded.config.log, logLevel: 'error' } as const;
  const logger = createLogger({ log, streams: { ...standard, out: standard.err }, clock: systemClock });
  return (await loadService()).atDesk({ loaded, logger, version }, work);
}

/** The structured form brings a parser along that takes time at each start: it is loaded where it is spoken of. */
async function configOf(argv: readonly string[]): Promise<Outcome> {
  const isStructured = argv.some((word) => /^--?(?:alpha-config|convert-config-to-alpha)\b/.test(word));
  const alpha = isStructured ? (await import('./config/alpha.ts')).alphaForm : undefined;
  return loadConfig({ argv, env: process.env, readFile: readFileSync, alpha });
}

/** Those that the service of this container was started with, and more. */
async function serviceFlags(more: readonly string[]): Promise<readonly string[]> {
  const { serviceArguments } = await import('./check/service-arguments.ts');
  return [...serviceArguments(readText('/proc/1/cmdline')), ...more];
}

async function run(loaded: Loaded): Promise<void> {
  const { config, warnings, sourceOf } = loaded;
  const { first: stopped, second } = stopSignals(process);
  const onReload = hangUps();
  const streams = await logStreams(config.log);
  const logger = loggerOf(loaded, streams);
  for (const warning of warnings) logger.warn(warning);
  for (const line of describeEffective(config, sourceOf)) logger.debug(line);
  void stopped.then((signal) => logger.info('stopping: requests under way are finished first', { signal }));
  void second.then(() => process.exit(exitCode.failed)); // workers end with the process that began them

  const { server } = config;
  const ready = (addresses: Addresses) => announce(config, logger, addresses);
  const count = server.workers === 'auto' ? availableParallelism() : server.workers;
  let lastWords: LastWords | undefined;
  if (count === 1) {
    await (await loadService()).serve({ ...surroundings(), loaded, logger, ready, onReload, stopped });
  } else {
    const { supervise } = await import('./supervise.ts');
    const keepsPolicy = process.env['NODE_CLUSTER_SCHED_POLICY'] !== undefined;
    lastWords = await supervise({ server, count, logger, streams, keepsPolicy, ready, onReload, stopped });
  }
  await logger.close();
  endWith(lastWords ?? { text: '', exitCode: exitCode.fine });
}

/** One of several processes. The first one writes its lines, and says what all of them would say alike. */
async function runWorker(loaded: Loaded): Promise<void> {
  const { workerLife } = await import('./lib/worker-life.ts');
  const life = workerLife(process, Number(process.env[workerVariable]));
  const stopped = Promise.race([life.stopped, stopSignals(process).first]);
  const onReload = hangUps();
  const { logger, speak } = hushed(loggerOf(loaded, standard, life.number), life.number > 1);
  const ready = (addresses: Addresses) => {
    speak();
    life.ready(addresses);
  };
  try {
    await (await loadService()).serve({ ...surroundings(), ...life, loaded, logger, ready, onReload, stopped });
  } catch (error) {
    await life.failed(lastWordsOf(error));
    process.exit(exitCode.failed);
  }
  await logger.close();
  process.exit(exitCode.fine);
}

/** All workers make the same parts, and what these have to say at the start is said by one of them. */
function hushed(logger: Logger, isHushed: boolean): { logger: Logger; speak(): void } {
  if (!isHushed) return { logger, speak: () => {} };
  const quiet: Logger = { ...logger, info: logger.debug, warn: logger.debug, error: logger.debug };
  return { logger: quiet, speak: () => void Object.assign(quiet, logger) };
}

/** Loaded only by a process that serves: the one that only keeps workers stays small. */
function loadService() {
  return import('./serve.ts');
}

function surroundings() {
  return { version, proxies: proxiesOf(process.env), activation: socketActivation(process) };
}

function announce({ session }: Config, logger: Logger, { service, metrics }: Addresses): void {
  if (metrics.length > 0) logger.info('metrics are served', { address: metrics.join(', ') });
  logger.info(`oauth2-sidecar ${version} listens`, { address: service.join(', ') });
  if (usesRedis(session)) return;
  // Nobody can tell from here how many replicas there are.
  logger.info(
    'sign-outs are remembered here alone; another replica learns of one when it refreshes that session, if it does',
  );
}

/** Where SIGHUP leads, once somebody takes it; until then it ends nobody. */
function hangUps(): (reload: () => void) => void {
  let reload = () => {};
  process.on('SIGHUP', () => reload());
  return (next) => (reload = next);
}

/** Before the log begins, or in its place. */
function writeWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

function loggerOf({ config }: Pick<Loaded, 'config'>, streams: LoggerParts['streams'], worker?: number): Logger {
  return createLogger({ log: config.log, streams, clock: systemClock, worker });
}

/** Lines go to standard output and error, or to a file; what that takes is loaded only then. */
async function logStreams(options: Config['log']): Promise<LoggerParts['streams']> {
  if (options.loggingFilename === '') return standard;
  const { openLogFile } = await import('./lib/log-file.ts');
  const report = (message: string) => void process.stderr.write(`${message}\n`);
  return { ...standard, out: openLogFile({ options, instead: standard.out, report, clock: systemClock }) };
}

/** The variables that Go's programs obey; lower case counts too. */
function proxiesOf(env: NodeJS.ProcessEnv) {
  const valueOf = (name: string) => env[name] ?? env[name.toLowerCase()] ?? '';
  return { http: valueOf('HTTP_PROXY'), https: valueOf('HTTPS_PROXY'), except: valueOf('NO_PROXY') };
}

/** Empty where there is no such file, as outside of Linux. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Ends when standard output has taken everything, also through a pipe. */
function exit(code: number, lastWords = ''): void {
  process.exitCode = code;
  process.stdout.write(lastWords, () => process.exit(code));
}

function endWith({ text, exitCode }: LastWords): void {
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

function lastWordsOf(error: unknown): LastWords {
  if (error instanceof ConfigError) return { text: error.message, exitCode: error.exitCode };
  const because = error instanceof Error ? error.message : String(error);
  return { text: `oauth2-sidecar could not start: ${because}`, exitCode: exitCode.failed };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof ConfigError) writeWarnings(error.warnings);
  endWith(lastWordsOf(error));
});
