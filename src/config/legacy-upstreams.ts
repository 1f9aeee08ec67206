// What does --upstream say? Each text becomes an upstream of the one model. (reference: convertLegacyUpstreams)
import { httpUrl, whyUnreadable, withoutPassword } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import type { Config } from './options.ts';
import { isFinalStatus, judgeUpstreams, upstreamDefaults } from './upstream.ts';
import type { UpstreamConfig, WrittenUpstream } from './upstream.ts';

export function readUpstreams(checkup: Checkup): UpstreamConfig {
  const { config, problem } = checkup;
  const { upstreams, problems } = judgeUpstreams(legacyUpstreams(config.upstream));
  for (const { what, remedy } of problems) problem('upstream', what, remedy);
  warnOfStatus(checkup);
  for (const { destination } of upstreams) {
    if (destination.kind === 'files') warnOfMissing(destination.root, checkup.nameOf('upstream'), checkup);
  }
  return { proxyRawPath: false, upstreams };
}

/** As they would be written in the alpha form. */
export function legacyUpstreams(options: Config['upstream']): readonly WrittenUpstream[] {
  const common = {
    insecureSkipTlsVerify: options.sslUpstreamInsecureSkipVerify,
    passHostHeader: options.passHostHeader,
    proxyWebsockets: options.proxyWebsockets,
    disableKeepAlives: options.disableKeepAlives,
    timeoutMs: options.upstreamTimeoutMs,
    flushIntervalMs: options.flushIntervalMs,
  };
  return options.upstreams.map((text): WrittenUpstream => {
    const place = placeOf(text);
    return place.static === true ? place : { ...common, ...place };
  });
}

function placeOf(text: string): WrittenUpstream {
  const { scheme, rest } = split(text);
  switch (scheme) {
    case 'static': // 200 for what is no status, as in the reference
      return {
        shownAs: text,
        id: text,
        path: '/',
        static: true,
        staticCode: statusOf(rest) ?? upstreamDefaults.staticCode,
      };
    case 'unix':
      return { shownAs: text, uri: text, id: pathOf(rest), path: '/' };
    case 'file': {
      const [uri = '', mount = ''] = text.split(/#(.*)/s, 2);
      const path = mount === '' ? pathOf(rest) : decoded(mount);
      return { shownAs: text, uri, id: path, path };
    }
    default: {
      const path = decoded(httpUrl(text)?.pathname ?? '/');
      return { shownAs: text, uri: text, id: path, path };
    }
  }
}

function split(text: string): { readonly scheme: string; readonly rest: string } {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*):(?:\/\/)?(.*)$/is.exec(text) ?? [];
  return { scheme: scheme.toLowerCase(), rest };
}

function statusOf(rest: string): number | undefined {
  const [host = ''] = rest.split(/[/?#]/, 1);
  return /^\d+$/.test(host) && isFinalStatus(Number(host)) ? Number(host) : undefined;
}

function warnOfStatus({ config, warn, nameOf }: Checkup): void {
  for (const text of config.upstream.upstreams) {
    const { scheme, rest } = split(text);
    if (scheme === 'static' && statusOf(rest) === undefined)
      warn(`${nameOf('upstream')} "${withoutPassword(text)}" has no status; 200 is answered`);
  }
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

/** The folder may be mounted later, so that it is no reason not to start. `name` is what the operator calls the upstream. */
export function warnOfMissing(
  root: string,
  name: string,
  { readFile, warn }: Pick<Checkup, 'readFile' | 'warn'>,
): void {
  try {
    readFile(root);
  } catch (error) {
    const why = whyUnreadable(error);
    if (why !== 'it is a folder') warn(`${name} names the folder "${root}", but ${why}`);
  }
}
