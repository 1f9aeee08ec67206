// Where does the service listen, and what becomes of the options about it?
import type { Config } from './config/options.ts';
import { cipherSuites } from './lib/cipher-suites.ts';
import { parseListenAddress } from './lib/listen-address.ts';
import type { Handler } from './lib/listen.ts';
import { clearPlaces, startListening, type Listening, type Place, type Service } from './lib/listening.ts';
import type { Logger } from './lib/logger.ts';
import type { Metrics } from './lib/metrics.ts';
import type { SocketActivation } from './lib/socket-activation.ts';
import type { TlsFiles } from './lib/tls-files.ts';

export interface ListenersParts {
  readonly config: Pick<Config, 'server' | 'upstream'>;
  readonly handler: Handler;
  readonly quick?: Service['quick'];
  readonly logger: Logger;
  /** Absent: systemd has handed over nothing. */
  readonly activation?: SocketActivation;
}

type Places = Pick<Service, 'plain' | 'secure'>;

/** http, https, or both. @throws an error for the operator; then nothing listens */
export async function startListeners(parts: ListenersParts): Promise<Listening> {
  const { config, ...rest } = parts;
  const websockets = config.upstream.proxyWebsockets;
  return startListening({ ...rest, ...placesOf(config.server), name: 'listener', websockets });
}

export type MetricsGiven = Pick<Config, 'server'> & Pick<ListenersParts, 'logger' | 'activation'>;

export interface MetricsService {
  /** Undefined without --metrics-address and --metrics-secure-address. */
  readonly metrics: Metrics | undefined;
  readonly listener: Listening | undefined;
}

/** For whoever reads metrics. */
export async function startMetricsListeners(parts: MetricsGiven & { readonly handler: Handler }): Promise<Listening> {
  const { server, ...rest } = parts;
  const listening = await startListening({ ...rest, ...metricsPlacesOf(server), name: 'metrics listener' });
  parts.logger.info('metrics are served', { address: listening.addresses.join(', ') });
  return listening;
}

/** To be called once, before workers are begun; a process without workers need not. */
export async function prepareListeners(server: Config['server']): Promise<void> {
  await clearPlaces([placesOf(server).plain, metricsPlacesOf(server).plain]);
}

export function hasMetricsListener(server: Config['server']): boolean {
  const { plain, secure } = metricsPlacesOf(server);
  return [plain, secure].some(({ address }) => address !== '' && address !== '-');
}

/** Where plain requests are sent to with --force-https. */
export function httpsPortOf({ httpsAddress }: Config['server']): number {
  const address = parseListenAddress(httpsAddress, { tls: true });
  return address.kind === 'tcp' ? address.port : 443;
}

function placesOf(server: Config['server']): Places {
  return {
    plain: at('http-address', server.httpAddress),
    secure: {
      ...at('https-address', server.httpsAddress),
      tls: {
        cert: server.tlsCertFile,
        key: server.tlsKeyFile,
        ...spoken(server.tlsMinVersion, server.tlsCipherSuites),
      },
    },
  };
}

function metricsPlacesOf(server: Config['server']): Places {
  return {
    plain: at('metrics-address', server.metricsAddress),
    secure: {
      ...at('metrics-secure-address', server.metricsSecureAddress),
      tls: {
        cert: server.metricsTlsCertFile,
        key: server.metricsTlsKeyFile,
        ...spoken(server.metricsTlsMinVersion, server.metricsTlsCipherSuites),
      },
    },
  };
}

function spoken(minVersion: string, suites: readonly string[]): Pick<TlsFiles, 'minVersion' | 'ciphers'> {
  return {
    minVersion: minVersion === 'TLS1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: suites.length > 0 ? cipherSuites(suites).openssl : undefined,
  };
}

function at(option: string, address: string): Place {
  return { option, address };
}
