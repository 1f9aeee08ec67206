// What does upstreamConfig say? Its upstreams are written as the one model has them.
import type { AlphaReading } from './alpha-reading.ts';
import type { AlphaFile, AlphaUpstream } from './alpha-schema.ts';
import { warnOfMissing } from './legacy-upstreams.ts';
import { judgeUpstreams, type UpstreamConfig, type WrittenUpstream } from './upstream.ts';

export function alphaUpstreams({ upstreamConfig = {} }: AlphaFile, reading: AlphaReading): UpstreamConfig {
  const { proxyRawPath = false, upstreams: written = [] } = upstreamConfig;
  const { upstreams, problems } = judgeUpstreams(written.map(writtenUpstream));
  for (const { what, remedy } of problems) reading.problem(['upstreamConfig', 'upstreams'], what, remedy);
  written.forEach((one, at) => {
    const name = reading.nameOf(['upstreamConfig', 'upstreams', at]);
    if (one.insecureSkipTLSVerify) reading.warn(`${name}: insecureSkipTLSVerify is insecure and meant for tests`);
  });
  for (const { id, destination } of upstreams) {
    const at = written.findIndex((one) => one.id === id);
    const name = reading.nameOf(['upstreamConfig', 'upstreams', at, 'uri']);
    if (destination.kind === 'files') warnOfMissing(destination.root, name, reading);
  }
  return { proxyRawPath, upstreams };
}

function writtenUpstream(one: AlphaUpstream): WrittenUpstream {
  const { insecureSkipTLSVerify, proxyWebSockets, flushInterval, timeout, ...same } = one;
  return {
    ...same,
    insecureSkipTlsVerify: insecureSkipTLSVerify,
    proxyWebsockets: proxyWebSockets,
    flushIntervalMs: flushInterval,
    timeoutMs: timeout,
  };
}
