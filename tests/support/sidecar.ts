// The service itself, in this process, configured as an operator would by flags.
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { readFileSync } from 'node:fs';
import { alphaForm } from '../../src/config/alpha.ts';
import { createApp, type App } from '../../src/app.ts';
import { openShared, startMetrics } from '../../src/surroundings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createListener } from '../../src/lib/listen.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { keepForSecretSearch, keepSecret } from './written.ts';

export type Options = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface Sidecar {
  readonly origin: string;
  readonly port: number;
  /** With `metrics-address`; that one may ask for port 0. */
  readonly metricsPort: number | undefined;
  /** Everything written so far, standard output and error. */
  log(): string;
  /** Turns the clock of the service. */
  pass(ms: number): void;
  readonly app: App;
  stop(): Promise<void>;
}

export const cookieSecret = 'a-cookie-secret-of-the-tests-42';

const base: Options = {
  provider: 'oidc',
  'client-id': 'sidecar',
  'client-secret': 'a-secret-of-the-tests',
  'cookie-secret': cookieSecret,
  'email-domain': '*',
  'skip-provider-button': true,
};

/** What a structured configuration leaves to options. */
const beside = Object.fromEntries(
  Object.entries(base).filter(([flag]) => !/^(?:provider|client-id|client-secret)$/.test(flag)),
);

/** Options are flags without their dashes; a list repeats its flag. */
export async function startSidecar(options: Options = {}): Promise<Sidecar> {
  const all = { ...('alpha-config' in options ? beside : base), ...options };
  for (const [flag, value] of Object.entries(all)) if (/secret|password/.test(flag)) keepSecret(String(value));
  const argv = Object.entries(all).flatMap(([flag, value]) => [value].flat().map((one) => `--${flag}=${one}`));
  const outcome = loadConfig({ argv, env: {}, readFile: readFileSync, alpha: alphaForm });
  if (outcome.kind !== 'run') throw new Error(`the options ask for ${outcome.kind}`);
  let written = '';
  const stream = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString();
        done();
      },
    });
  let shift = 0;
  const clock = () => Date.now() + shift;
  const logger = createLogger({ log: outcome.config.log, streams: { out: stream(), err: stream() }, clock });
  const counted = await startMetrics({ ...outcome.config, logger });
  const shared = await openShared({ config: outcome.config, logger, clock });
  const app = createApp({ ...outcome, logger, clock, version: '0.0.0-test', metrics: counted.metrics, shared });
  const listener = createListener({
    handler: app.listener,
    quick: app.quick,
    websockets: outcome.config.upstream.proxyWebsockets,
  });
  await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
  app.start();
  const { port } = listener.server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    metricsPort: counted.listener?.ports[0],
    log: () => written,
    pass: (ms) => (shift += ms),
    app,
    async stop() {
      await listener.shutdown(100);
      await app.stop();
      await shared.close();
      await counted.listener?.shutdown(100);
      await logger.close();
      keepForSecretSearch(written);
    },
  };
}
