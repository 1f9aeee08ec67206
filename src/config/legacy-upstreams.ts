// What does --upstream say? Each text becomes an upstream of the one model. (reference: convertLegacyUpstreams)
import { httpUrl, whyUnreadable, withoutPassword } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import { isFinalStatus, judgeUpstreams, upstreamDefaults } from './upstream.ts';
import type { UpstreamConfig, WrittenUpstream } from './upstream.ts';

export function readUpstreams(checkup: Checkup): UpstreamConfig {
  const { config, problem } = checkup;
  const { upstreams, problems } = judgeUpstreams(config.upstream.upstreams.map((text) => written(text, checkup)));
  for (const { what, remedy } of problems) problem('upstream', what, remedy);
  for (const { destination } of upstreams) {
    if (destination.kind === 'files') warnOfMissing(destination.root, checkup);
  }
  return { proxyRawPath: false, upstreams };
}

function written(text: string, checkup: Checkup): WrittenUpstream {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*):(?:\/\/)?(.*)$/is.exec(text) ?? [];
  const { upstream: options } = checkup.config;
  const common = {
    shownAs: text,
    uri: text,
    insecureSkipTlsVerify: options.sslUpstreamInsecureSkipVerify,
    passHostHeader: options.passHostHeader,
    proxyWebsockets: options.proxyWebsockets,
    disableKeepAlives: options.disableKeepAlives,
    timeoutMs: options.upstreamTimeoutMs,
    flushIntervalMs: options.flushIntervalMs,
  };
  switch (scheme.toLowerCase()) {
    case 'static':
      return { shownAs: text, id: text, path: '/', static: true, staticCode: staticCode(text, rest, checkup) };
    case 'unix':
      return { ...common, id: pathOf(rest), path: '/' };
    case 'file': {
      const mount = rest.includes('#') ? rest.slice(rest.indexOf('#') + 1) : '';
      const path = mount === '' ? pathOf(rest) : decoded(mount);
      return { ...common, id: path, path };
    }
    default: {
      const path = decoded(httpUrl(text)?.pathname ?? '/');
      return { ...common, id: path, path };
    }
  }
}

/** 200 for what is no status, as in the reference. */
function staticCode(text: string, rest: string, { warn, nameOf }: Checkup): number {
  const [host = ''] = rest.split(/[/?#]/, 1);
  const status = /^\d+$/.test(host) ? Number(host) : Number.NaN;
  if (isFinalStatus(status)) return status;
  warn(`${nameOf('upstream')} "${withoutPassword(text)}" has no status; 200 is answered`);
  return upstreamDefaults.staticCode;
}

/** Behind a host, if there is one. */
function pathOf(rest: string): string {
  const [path = ''] = rest.split(/[?#]/, 1);
  return path.includes('/') ? decoded(path.slice(path.indexOf('/'))) : '/';
}

/** What is no escape stays as it is; no request will have such a path. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The folder may be mounted later, so that it is no reason not to start. */
function warnOfMissing(root: string, { readFile, warn, nameOf }: Checkup): void {
  try {
    readFile(root);
  } catch (error) {
    const why = whyUnreadable(error);
    if (why !== 'it is a folder') warn(`${nameOf('upstream')} names the folder "${root}", but ${why}`);
  }
}
