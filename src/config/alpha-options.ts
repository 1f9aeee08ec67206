// Which fields of the structured configuration stand for an option each, and what do they say?
import { isPem } from '../lib/tls-files.ts';
import type { AlphaReading } from './alpha-reading.ts';
import { fieldsOf, isSecretSource, secretSource, type AlphaFile } from './alpha-schema.ts';
import { secretText } from './alpha-secrets.ts';
import type { Path } from './alpha-yaml.ts';
import type { Raw } from './kinds.ts';
import { rowOfFlag, type Flag, type Row } from './options.ts';
import type { Given } from './sources.ts';

type Section = Readonly<Record<string, unknown>>;

export function alphaOptions(file: AlphaFile, reading: AlphaReading): readonly Given[] {
  const { server = {}, metricsServer = {}, providers: [provider = {}] = [] } = file;
  return [
    ...listenersOf(reading),
    ...givenIn({ section: server, name: 'server', at: ['server'] }, reading),
    ...givenIn({ section: metricsServer, name: 'metricsServer', at: ['metricsServer'] }, reading),
    ...givenIn({ section: provider, name: 'providers', at: ['providers', 0] }, reading),
    ...upstreamSwitches(file, reading),
  ];
}

/** There is no listener that nobody asked for; what follows in the list outranks this. */
function listenersOf({ nameOf }: AlphaReading): readonly Given[] {
  return [
    ...given('http-address', '', nameOf(['server', 'bindAddress'])),
    ...given('https-address', '', nameOf(['server', 'secureBindAddress'])),
  ];
}

/** Listeners take WebSocket handshakes as long as somebody behind us wants them. */
function upstreamSwitches({ upstreamConfig }: AlphaFile, { nameOf }: AlphaReading): readonly Given[] {
  const upstreams = upstreamConfig?.upstreams ?? [];
  const areOff = upstreams.length > 0 && upstreams.every(({ proxyWebSockets }) => proxyWebSockets === false);
  return areOff ? given('proxy-websockets', false, nameOf(['upstreamConfig', 'upstreams'])) : [];
}

function given(flag: Flag, raw: Raw, writtenAs: string): readonly Given[] {
  const row = rowOfFlag(flag);
  return row === undefined ? [] : [{ row, raw, source: 'file', writtenAs }];
}

interface Place {
  readonly section: Section;
  readonly name: string;
  readonly at: Path;
}

function givenIn({ section, name, at }: Place, reading: AlphaReading): readonly Given[] {
  return fieldsOf(name).flatMap(([path, row]): readonly Given[] => {
    const here = [...at, ...path];
    const value = path.reduce<unknown>((part, step) => (part as Section | undefined)?.[step], section);
    if (value === undefined || leavesDefault(row, value)) return [];
    const raw = isSecretSource(row) ? pemSource(secretSource.parse(value), here, reading) : (value as Raw);
    return raw === undefined ? [] : [{ row, raw, source: 'file', writtenAs: reading.nameOf(here) }];
  });
}

/** An empty field is as good as none (reference: EnsureDefaults), but for addresses: there it means nowhere. */
function leavesDefault({ alpha, defaultText }: Row, value: unknown): boolean {
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
  return isEmpty && defaultText !== '' && !/bindAddress$/i.test(alpha ?? '');
}

/** A path, or the PEM text itself. */
function pemSource(source: ReturnType<typeof secretSource.parse>, at: Path, reading: AlphaReading): Raw | undefined {
  const { value = '', fromEnv = '', fromFile = '' } = source;
  if (fromFile !== '' && value === '' && fromEnv === '') return fromFile;
  if (value === '' && fromEnv === '' && fromFile === '') return undefined;
  const text = secretText(source, at, reading);
  if (text === undefined || isPem(text)) return text;
  reading.problem(at, 'holds nothing in PEM form', 'a path goes into fromFile');
  return undefined;
}
