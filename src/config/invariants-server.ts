// Can the service listen where and how it is told to?
import { parseListenAddress } from '../lib/listen-address.ts';
import { checkCertificates } from './invariants-tls.ts';
import type { Checkup } from './checkup.ts';
import { hasCertificate, withOneListener } from './one-listener.ts';

export function checkServer(checkup: Checkup): void {
  const { problem, config } = checkup;
  checkAddresses(checkup);
  checkForceHttps(checkup);
  checkCertificates(checkup);
  checkProbes(checkup);
  if (config.server.shutdownTimeoutMs < 0) problem('shutdown-timeout', 'must not be negative');
}

function checkAddresses({ config, isGiven, problem, warn, nameOf }: Checkup): void {
  const server = withOneListener(config);
  for (const [flag, text, tls] of [
    ['http-address', config.server.httpAddress, false],
    ['https-address', server.httpsAddress, true],
    ['metrics-address', server.metricsAddress, false],
    ['metrics-secure-address', server.metricsSecureAddress, true],
  ] as const) {
    const parsed = parseListenAddress(text, { tls });
    if (parsed.kind === 'invalid') problem(flag, `cannot be listened at (got "${text}"): ${parsed.because}`);
  }
  const isOff = (text: string, tls = false) => parseListenAddress(text, { tls }).kind === 'none';
  if (isOff(server.httpAddress) && isOff(server.httpsAddress, true)) {
    const [flag, remedy] = hasCertificate(server)
      ? (['https-address', 'write :443 or 127.0.0.1:8443'] as const)
      : (['http-address', 'write 127.0.0.1:4180 or :4180'] as const);
    return problem(flag, 'turns the only listener off', remedy);
  }
  if (isGiven('http-address') && !isOff(config.server.httpAddress) && isOff(server.httpAddress)) {
    warn(`${nameOf('http-address')} is not listened at: with a certificate there is the https listener alone`);
  }
  if (isGiven('https-address') && !isOff(config.server.httpsAddress, true) && isOff(server.httpsAddress, true)) {
    warn(`${nameOf('https-address')} is not listened at without --tls-cert-file and --tls-key-file`);
  }
}

/** Reference: it needs the port of the https listener to lead there. */
function checkForceHttps({ config, problem }: Checkup): void {
  if (!config.server.forceHttps) return;
  if (parseListenAddress(withOneListener(config).httpsAddress, { tls: true }).kind === 'tcp') return;
  problem('force-https', 'needs an https listener', 'give --tls-cert-file and --tls-key-file, or let nginx redirect');
}

function checkProbes({ config, warn, nameOf }: Checkup): void {
  const { pingPath, readyPath } = config.server;
  for (const [flag, path] of [
    ['ping-path', pingPath],
    ['ready-path', readyPath],
  ] as const) {
    if (path !== '' && !path.startsWith('/')) warn(`${nameOf(flag)} "${path}" never matches: a path begins with /`);
  }
}
