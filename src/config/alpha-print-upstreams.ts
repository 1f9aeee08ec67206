// How do the options about upstreams read in the structured form?
import type { Tree } from './alpha-print-headers.ts';
import { formatDuration } from './duration.ts';
import { legacyUpstreams } from './legacy-upstreams.ts';
import type { Config } from './options.ts';
import { upstreamDefaults, type WrittenUpstream } from './upstream.ts';

export function alphaUpstreamsOf({ upstream }: Config): readonly Tree[] {
  return legacyUpstreams(upstream).map(treeOf);
}

/** What is at its default is left out. */
function treeOf(one: WrittenUpstream): Tree {
  const { flushIntervalMs = upstreamDefaults.flushIntervalMs, timeoutMs = upstreamDefaults.timeoutMs } = one;
  return {
    id: one.id,
    path: one.path,
    uri: one.static === true ? undefined : one.uri,
    static: one.static,
    staticCode: one.staticCode,
    insecureSkipTLSVerify: one.insecureSkipTlsVerify || undefined,
    passHostHeader: one.passHostHeader === false ? false : undefined,
    proxyWebSockets: one.proxyWebsockets === false ? false : undefined,
    disableKeepAlives: one.disableKeepAlives || undefined,
    flushInterval: flushIntervalMs === upstreamDefaults.flushIntervalMs ? undefined : formatDuration(flushIntervalMs),
    timeout: timeoutMs === upstreamDefaults.timeoutMs ? undefined : formatDuration(timeoutMs),
  };
}
