// The program: command line, environment and files in; a listening service out. The only reader of `process`.
import { readFileSync } from 'node:fs';
import { createApp, openShared, startMetrics } from './app.ts';
import { ConfigError } from './config/config-error.ts';
import { describeEffective } from './config/effective.ts';
import { helpText } from './config/help.ts';
import { loadConfig, type Loaded } from './config/load.ts';
import { systemClock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { createLogger } from './lib/logger-winston.ts';
import { socketActivation } from './lib/socket-activation.ts';
import { readVersion } from './lib/version.ts';
import { startListeners } from './listeners.ts';

const version = readVersion();

/** For a scrape that is under way when the service ends. */
const metricsGraceMs = 1_000;

const exitCode = { fine: 0, failed: 1 } as const;

async function main(argv: readonly string[]): Promise<void> {
  const [command] = argv;
  if (command === 'healthcheck') {
    const [{ healthCheck }, { serviceArguments }] = await Promise.all([
      import('./check/health.ts'),
      import('./check/service-arguments.ts'),
    ]);
    const flags = [...serviceArguments(readText('/proc/1/cmdline')), ...argv.slice(1)];
    const outcome = loadConfig({ argv: flags, env: process.env, readFile: readFileSync });
    return exit(outcome.kind === 'run' ? await healthCheck(outcome.config.server) : exitCode.failed);
  }
  if (command === 'nginx-check') {
    const { runNginxCheck } = await import('./check/nginx.ts');
    return exit(await runNginxCheck(argv.slice(1), (line) => console.log(line)));
  }
  const outcome = loadConfig({ argv, env: process.env, readFile: readFileSync });
  switch (outcome.kind) {
    case 'help':
      return void process.stdout.write(`${helpText()}\n`);
    case 'version':
      return void process.stdout.write(`oauth2-sidecar ${version} (Node.js ${process.version})\n`);
    case 'config-test':
      writeWarnings(outcome.warnings);
      createApp({ ...outcome, logger: loggerFor(outcome), clock: systemClock, version });
      return exit(exitCode.fine, 'configuration is valid\n');
    case 'run':
      return run(outcome);
  }
}

async function run(loaded: Loaded): Promise<void> {
  const { config, warnings, sourceOf } = loaded;
  const logger = loggerFor(loaded);
  for (const warning of warnings) logger.warn(warning);
  for (const line of describeEffective(config, sourceOf)) logger.debug(line);

  const activation = socketActivation(process);
  const { metrics, listener: metricsListener } = await startMetrics({ ...config, logger, activation });
  const proxies = proxiesOf(process.env);
  const shared = await openShared(config, logger, systemClock);
  const app = createApp({ ...loaded, logger, clock: systemClock, version, proxies, metrics, shared });
  const listener = await startListeners({ config, handler: app.listener, logger, activation });
  logger.info(`oauth2-sidecar ${version} listens`, { address: listener.addresses.join(', ') });
  if (shared.board === undefined) {
    // Nobody can tell from here how many replicas there are.
    logger.info(
      'sign-outs are remembered by this process alone; another replica learns of one when it refreshes that session, if it does',
    );
  }
  app.start();
  process.on('SIGHUP', app.reload);

  const signal = await nextSignal();
  logger.info('stopping: requests under way are finished first', { signal });
  await listener.shutdown(config.server.shutdownTimeoutMs);
  await app.stop();
  await shared.close();
  await metricsListener?.shutdown(metricsGraceMs); // last: the end can be watched as well
  await logger.close();
  process.exit(exitCode.fine);
}

/** Before the log begins, or in its place. */
function writeWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

function loggerFor({ config }: Loaded): Logger {
  return createLogger({
    log: config.log,
    streams: { out: process.stdout, err: process.stderr },
    clock: systemClock,
  });
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

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

/** Ends when standard output has taken everything, also through a pipe. */
function exit(code: number, lastWords = ''): void {
  process.exitCode = code;
  process.stdout.write(lastWords, () => process.exit(code));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof ConfigError) {
    writeWarnings(error.warnings);
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
  process.stderr.write(`oauth2-sidecar could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(exitCode.failed);
});
