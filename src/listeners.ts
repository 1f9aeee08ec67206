// Where does the service listen, and what becomes of the options about it?
import type { Config } from './config/options.ts';
import { cipherSuites } from './lib/cipher-suites.ts';
import type { Handler } from './lib/listen.ts';
import { clearPlaces, startListening, type Listening, type Place, type Service } from './lib/listening.ts';
import type { Logger } from './lib/logger.ts';
import type { SocketActivation } from './lib/socket-activation.ts';
import type { TlsFiles } from './lib/tls-files.ts';

export interface ListenersParts {
  readonly config: Pick<Config, 'server' | 'upstream'>;
  readonly handler: Handler;
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

/** The same for whoever asks for metrics. */
export async function startMetricsListeners(parts: Omit<ListenersParts, 'config'> & Pick<Config, 'server'>) {
  const { server, ...rest } = parts;
  return startListening({ ...rest, ...metricsPlacesOf(server), name: 'metrics listener' });
}

/** To be called once, before workers are begun; a process without workers need not. */
export async function prepareListeners(server: Config['server']): Promise<void> {
  await clearPlaces([placesOf(server).plain, metricsPlacesOf(server).plain]);
}

export function hasMetricsListener(server: Config['server']): boolean {
  const { plain, secure } = metricsPlacesOf(server);
  return [plain, secure].some(({ address }) => address !== '' && address !== '-');
}

function placesOf(server: Config['server']): Places {
  const ciphers = server.tlsCipherSuites.length > 0 ? cipherSuites(server.tlsCipherSuites).openssl : undefined;
  const minVersion = server.tlsMinVersion === 'TLS1.3' ? 'TLSv1.3' : 'TLSv1.2';
  return {
    plain: at('http-address', server.httpAddress),
    secure: {
      ...at('https-address', server.httpsAddress),
      tls: { cert: server.tlsCertFile, key: server.tlsKeyFile, minVersion, ciphers },
    },
  };
}

function metricsPlacesOf(server: Config['server']): Places {
  const tls: TlsFiles = { cert: server.metricsTlsCertFile, key: server.metricsTlsKeyFile, minVersion: 'TLSv1.2' };
  return {
    plain: at('metrics-address', server.metricsAddress),
    secure: { ...at('metrics-secure-address', server.metricsSecureAddress), tls },
  };
}

function at(option: string, address: string): Place {
  return { option, address };
}
