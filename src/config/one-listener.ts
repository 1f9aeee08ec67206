// Which of the two listeners counts when flags, variables or a TOML file speak of both?
import type { Config } from './options.ts';

type Server = Config['server'];

/**
 * A certificate switches the plain listener off, and without one there is no https listener (reference: the legacy
 * options convert like this). The structured configuration names each listener itself and may have both.
 */
export function withOneListener({ general, server }: Pick<Config, 'general' | 'server'>): Server {
  if (general.alphaConfig !== '') return server;
  return hasCertificate(server) ? { ...server, httpAddress: '' } : { ...server, httpsAddress: '' };
}

export function hasCertificate({ tlsCertFile, tlsKeyFile }: Server): boolean {
  return tlsCertFile !== '' || tlsKeyFile !== '';
}
