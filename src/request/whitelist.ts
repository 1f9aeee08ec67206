// Does --whitelist-domain admit a host and port?

/** `host` and `port` as written in a URL; `port` is empty where none is written. */
export type Whitelist = (host: string, port: string) => boolean;

interface Entry {
  readonly host: string;
  /** Ends with this, for entries that cover sub-domains. */
  readonly suffix: string | undefined;
  readonly port: string;
}

/** `foo.bar` is exact; `.foo.bar` and `*.foo.bar` cover sub-domains and the root (security RD-3). Compared as the reference does. */
export function compileWhitelist(entries: readonly string[]): Whitelist {
  const compiled = entries.map(entryOf).filter((entry) => entry !== undefined);
  return (host, port) =>
    compiled.some(
      (entry) =>
        (host === entry.host || (entry.suffix !== undefined && host.endsWith(entry.suffix))) &&
        (entry.port === '*' || entry.port === port),
    );
}

/** Split at the last colon where a port, nothing or `*` follows; an entry without a host admits nothing. */
function entryOf(text: string): Entry | undefined {
  const { name = '', port = '' } = /^(?<name>.*?)(?::(?<port>\d*|\*))?$/s.exec(text)?.groups ?? {};
  const pattern = /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name;
  const host = pattern.replace(/^(?:\*\.|\.)/, '');
  if (host === '') return undefined;
  return { host, suffix: host === pattern ? undefined : `.${host}`, port };
}
