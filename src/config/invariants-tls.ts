// Can TLS be spoken with the certificates, versions and cipher suites that are named?
import { cipherSuites, knownCipherSuites } from '../lib/cipher-suites.ts';
import { systemClock } from '../lib/clock.ts';
import { judgeKeyPair } from '../lib/key-pair.ts';
import { parseListenAddress } from '../lib/listen-address.ts';
import { isPem } from '../lib/tls-files.ts';
import { whyUnreadable } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import type { Flag } from './options.ts';

/** One listener with TLS, by its options. */
interface Secured {
  readonly listens: boolean;
  readonly address: Flag;
  readonly certFlag: Flag;
  readonly keyFlag: Flag;
  readonly cert: string;
  readonly key: string;
  readonly versionFlag: Flag;
  readonly version: string;
  readonly suitesFlag: Flag;
  readonly suites: readonly string[];
}

export function checkCertificates(checkup: Checkup): void {
  const { server } = checkup.config;
  const listensAt = (address: string) => parseListenAddress(address, { tls: true }).kind !== 'none';
  const main: Secured = {
    listens: listensAt(server.httpsAddress),
    ...({ address: 'https-address', certFlag: 'tls-cert-file', keyFlag: 'tls-key-file' } as const),
    ...{ cert: server.tlsCertFile, key: server.tlsKeyFile },
    ...{ versionFlag: 'tls-min-version', version: server.tlsMinVersion },
    ...{ suitesFlag: 'tls-cipher-suite', suites: server.tlsCipherSuites },
  };
  const metrics: Secured = {
    listens: listensAt(server.metricsSecureAddress),
    ...({
      address: 'metrics-secure-address',
      certFlag: 'metrics-tls-cert-file',
      keyFlag: 'metrics-tls-key-file',
    } as const),
    ...{ cert: server.metricsTlsCertFile, key: server.metricsTlsKeyFile },
    ...{ versionFlag: 'metrics-tls-min-version', version: server.metricsTlsMinVersion },
    ...{ suitesFlag: 'metrics-tls-cipher-suite', suites: server.metricsTlsCipherSuites },
  };
  for (const secured of [main, metrics]) {
    checkSecured(checkup, secured);
    if (secured.listens && hasFiles(secured)) {
      checkVersion(checkup, secured);
      checkSuites(checkup, secured);
    } else warnOfIdle(checkup, secured);
  }
}

function hasFiles({ cert, key }: Secured): boolean {
  return cert !== '' || key !== '';
}

function checkSecured(checkup: Checkup, secured: Secured): void {
  const { listens, address, certFlag, keyFlag, cert, key } = secured;
  const { config, problem, warn, nameOf } = checkup;
  if (!hasFiles(secured)) {
    // --https-address has a default, which means nothing until there is a certificate.
    const isWanted = address === 'metrics-secure-address' || config.general.alphaConfig !== '';
    if (listens && isWanted) problem(address, `needs --${certFlag} and --${keyFlag}`);
    return;
  }
  if (cert === '') problem(certFlag, `is required because of ${nameOf(keyFlag)}`);
  if (key === '') problem(keyFlag, `is required because of ${nameOf(certFlag)}`);
  if (!listens) {
    // Without an https listener there is none at all: that is told elsewhere.
    if (address !== 'https-address') warn(`${nameOf(certFlag)} means nothing without --${address}`);
    return;
  }
  checkPair(checkup, secured);
}

function checkPair(checkup: Checkup, { certFlag, keyFlag, cert, key }: Secured): void {
  const { problem, warn, nameOf } = checkup;
  const certText = textOf(checkup, certFlag, cert);
  const keyText = textOf(checkup, keyFlag, key);
  // A file that is missing does not hide what is wrong with the other.
  const { certProblem, keyProblem, warning } = judgeKeyPair(
    { cert: certText ?? '', key: keyText ?? '' },
    systemClock(),
  );
  const isWhole = certText !== undefined && keyText !== undefined;
  if (certText !== undefined && certProblem !== undefined) problem(certFlag, `${named(cert)} ${certProblem}`);
  if (keyText !== undefined && keyProblem !== undefined) problem(keyFlag, `${named(key)} ${keyProblem}`);
  if (isWhole && warning !== undefined) warn(`${nameOf(certFlag)}: the certificate ${warning}`);
}

function textOf({ readFile, problem }: Checkup, flag: Flag, source: string): string | undefined {
  if (source === '') return undefined;
  if (isPem(source)) return source;
  try {
    return new TextDecoder().decode(readFile(source));
  } catch (error) {
    problem(flag, `names "${source}", but ${whyUnreadable(error)}`);
    return undefined;
  }
}

function named(source: string): string {
  return isPem(source) ? 'is a text that' : `names "${source}", which`;
}

function checkVersion({ problem }: Checkup, { versionFlag, version }: Secured): void {
  if (['', 'TLS1.2', 'TLS1.3'].includes(version)) return;
  problem(versionFlag, `must be TLS1.2 or TLS1.3 (got "${version}")`);
}

function checkSuites({ problem, warn, nameOf }: Checkup, { suitesFlag, suites }: Secured): void {
  const { unknown, broken } = cipherSuites(suites);
  const choices = `choose from ${knownCipherSuites.join(', ')}`;
  if (unknown.length > 0) problem(suitesFlag, `does not know ${quoted(unknown)}`, choices);
  if (broken.length === 0) return;
  // A list that was fit for the reference goes on working without them.
  if (broken.length === suites.length) problem(suitesFlag, `names only what is broken: ${quoted(broken)}`, choices);
  else warn(`${nameOf(suitesFlag)}: ${quoted(broken)} is broken and not offered`);
}

function warnOfIdle({ isGiven, nameOf, warn }: Checkup, { versionFlag, suitesFlag, certFlag, keyFlag }: Secured): void {
  for (const flag of [versionFlag, suitesFlag]) {
    if (isGiven(flag)) warn(`${nameOf(flag)} means nothing without --${certFlag} and --${keyFlag}`);
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
