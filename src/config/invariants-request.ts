// Can what is said of proxies, addresses and paths be obeyed, and is it safe to?
import { parseNetwork, privateNetworks } from '../lib/addresses.ts';
import type { Network } from '../lib/addresses.ts';
import type { Checkup } from './checkup.ts';

const clientAddressHeaders = [
  'X-Real-IP',
  'X-Forwarded-For',
  'X-ProxyUser-IP',
  'X-Envoy-External-Address',
  'CF-Connecting-IP',
];
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/; // RFC 9110 §5.1

export function checkRequests(checkup: Checkup): void {
  checkProxies(checkup);
  checkTrustedIps(checkup);
  checkHeaders(checkup);
  checkPrefix(checkup);
  checkWhitelist(checkup);
}

// U-1
function checkProxies({ config, problem, warn, nameOf }: Checkup): void {
  const { reverseProxy, trustedProxyIps } = config.request;
  for (const text of trustedProxyIps) if (!parseNetwork(text)) problem('trusted-proxy-ip', ...notNetwork(text));
  if (!reverseProxy) {
    if (trustedProxyIps.length > 0) warn(`${nameOf('trusted-proxy-ip')} counts only with --reverse-proxy`);
    return;
  }
  if (trustedProxyIps.length === 0) {
    warn(
      `${nameOf('reverse-proxy')} without --trusted-proxy-ip believes the headers of every neighbour in loopback and private networks; name the proxy`,
    );
  }
  const everyone = trustedProxyIps.filter((text) => parseNetwork(text)?.prefixLength === 0);
  if (everyone.length > 0)
    warn(`${nameOf('trusted-proxy-ip')} ${everyone.join(' and ')}: everybody's X-Forwarded-* headers are believed`);
}

// A18, H-13: "trusted" means no sign-in here and believed headers there
function checkTrustedIps({ config, problem, warn, nameOf }: Checkup): void {
  const { reverseProxy, trustedProxyIps } = config.request;
  for (const text of config.policy.trustedIps) {
    const network = parseNetwork(text);
    if (!network) {
      problem('trusted-ip', ...notNetwork(text));
      continue;
    }
    const proxy = trustedProxyIps.find((other) => overlap(network, parseNetwork(other)));
    const remedy = 'a proxy is named with --trusted-proxy-ip alone; --trusted-ip names clients that need no sign-in';
    if (proxy)
      problem('trusted-ip', `${text} and ${nameOf('trusted-proxy-ip')} ${proxy} have addresses in common`, remedy);
    else if (
      reverseProxy &&
      trustedProxyIps.length === 0 &&
      privateNetworks.some((other) => overlap(network, parseNetwork(other)))
    ) {
      warn(
        `${nameOf('trusted-ip')} ${text} lies among the addresses that ${nameOf('reverse-proxy')} takes for proxies: if the proxy's own address is in it, everybody enters without a sign-in`,
      );
    }
    if (network.prefixLength === 0) warn(`${nameOf('trusted-ip')} ${text} lets everybody in without a sign-in`);
  }
}

function overlap(a: Network, b: Network | undefined): boolean {
  if (a.family !== b?.family) return false;
  const hostBits = BigInt((a.family === 4 ? 32 : 128) - Math.min(a.prefixLength, b.prefixLength));
  return a.first >> hostBits === b.first >> hostBits;
}

function notNetwork(text: string): readonly [string, string] {
  return [
    `must be an address or a network (got "${text}")`,
    'write 10.0.0.7, 10.0.0.0/24 or 2001:db8::/32, without brackets and host bits',
  ];
}

function checkHeaders({ config, problem }: Checkup): void {
  const { reverseProxy, realClientIpHeader, requestIdHeader } = config.request;
  const isKnown = clientAddressHeaders.some((name) => name.toLowerCase() === realClientIpHeader.toLowerCase());
  if (reverseProxy && !isKnown) {
    problem('real-client-ip-header', `must be one of ${clientAddressHeaders.join(', ')} (got "${realClientIpHeader}")`);
  }
  if (!token.test(requestIdHeader))
    problem('request-id-header', `must be the name of a header (got "${requestIdHeader}")`);
}

function checkPrefix({ config, problem, isGiven }: Checkup): void {
  const { proxyPrefix } = config.request;
  if (
    !isGiven('proxy-prefix') ||
    (/^[\w\-.~!$&'()*+,:@/]*$/.test(proxyPrefix) && !/\/\/|(?:^|\/)\.\.?(?:\/|$)/.test(proxyPrefix))
  )
    return;
  problem('proxy-prefix', `must be a plain path such as /oauth2 (got "${proxyPrefix}")`);
}

function checkWhitelist({ config, warn, nameOf }: Checkup): void {
  for (const entry of config.request.whitelistDomains) {
    if (/[/\s@]/.test(entry))
      warn(`${nameOf('whitelist-domain')} "${entry}" never matches: write a host, with :PORT or :* if it has a port`);
  }
}
