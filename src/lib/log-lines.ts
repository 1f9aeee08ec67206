// How is an event written, as the reference's text or as JSON?
import { column, cut, fromWire, jsonLine, printable, quoted } from './log-text.ts';
import { remembered } from './remembered.ts';
import { isSecretName, mask, maskUri } from './log-mask.ts';
import type { Template } from './go-template.ts';
import { compileLine } from './log-template.ts';
import type { LineValues } from './log-template.ts';
import type { AuthEvent, Fields, RequestEvent, RequestFacts } from './logger.ts';

export type StandardLevel = 'debug' | 'info' | 'warn' | 'error';

export interface StandardEvent {
  readonly level: StandardLevel;
  readonly message: string;
  readonly fields: Fields | undefined;
  /** `file.ts:12`, of the caller. */
  readonly file: string;
}

/** One function for each kind of event; `atMs` is when it happened. */
export interface LineWriter {
  standard(event: StandardEvent, atMs: number): string;
  auth(event: AuthEvent, atMs: number): string;
  request(event: RequestEvent): string;
}

export interface LineFormats {
  readonly authLoggingFormat: string;
  readonly requestLoggingFormat: string;
  readonly standardLoggingFormat: string;
  readonly loggingLocalTime: boolean;
}

const safe = (text: string) => mask(cut(text));
const orDash = (text: string | undefined) => (text ? text : '-');
const prefixes = { debug: '', info: '', warn: 'WARNING: ', error: 'ERROR: ' };

/** @throws TemplateProblem when a template cannot be used */
export function textLines(formats: LineFormats): LineWriter {
  const standard = compileLine('standard', formats.standardLoggingFormat);
  const auth = compileLine('auth', formats.authLoggingFormat);
  const request = compileLine('request', formats.requestLoggingFormat);
  const timestamp = timestamps(formats.loggingLocalTime);
  const factsOf = textFacts();
  const requestLine = textRequest({ write: request, timestamp, factsOf });
  return {
    standard: ({ level, message, fields, file }, atMs) =>
      standard({
        Timestamp: timestamp(atMs),
        File: file,
        Message: prefixes[level] + printable(safe(message)) + textFields(fields),
      }),
    auth: (event, atMs) =>
      auth({
        ...factsOf(() => event),
        Timestamp: timestamp(atMs),
        Status: event.status,
        Message: printable(safe(event.message)),
      }),
    request: requestLine,
  };
}

interface TextRequestParts {
  readonly write: Template;
  readonly timestamp: (atMs: number) => string;
  readonly factsOf: ReturnType<typeof textFacts>;
}

/** The values read whatever event is being written, so that none has to be made for it: it runs for every request of the site. */
function textRequest({ write, timestamp, factsOf }: TextRequestParts): (event: RequestEvent) => string {
  const uriOf = remembered((uri) => quoted(maskUri(cut(fromWire(uri)))));
  const upstreamOf = remembered((upstream) => column(safe(upstream)));
  let event: RequestEvent;
  const values: LineValues = {
    ...factsOf(() => event),
    Timestamp: () => timestamp(event.startedAtMs),
    RequestURI: () => uriOf(event.uri),
    Upstream: () => upstreamOf(event.upstream),
    StatusCode: () => String(event.statusCode),
    ResponseSize: () => String(event.responseSize),
    RequestDuration: () => (event.durationMs / 1000).toFixed(3),
  };
  return (next) => {
    event = next;
    return write(values);
  };
}

/** An id is another one each time; these need no escaping and hold no secret. */
const plainId = /^[\w-]{1,64}$/;

/** Nearly all of it comes again with the next request. */
function textFacts(): (factsOf: () => RequestFacts) => LineValues {
  const columnOf = remembered((text) => column(safe(text)));
  const agentOf = remembered((text) => quoted(safe(fromWire(text))));
  const nameOf = remembered((text) => printable(safe(text)));
  const idOf = (id: string) => (plainId.test(id) ? id : column(safe(id)));
  return (facts) => ({
    Client: () => columnOf(facts().client),
    Host: () => columnOf(facts().host),
    Protocol: () => columnOf(facts().protocol),
    RequestID: () => idOf(facts().requestId),
    RequestMethod: () => columnOf(facts().method),
    UserAgent: () => agentOf(facts().userAgent),
    Username: () => nameOf(orDash(facts().username)),
  });
}

/** ` key=value …` (logfmt): quoted where a blank, a quote or `=` would make it ambiguous. */
function textFields(fields: Fields | undefined): string {
  return safeFields(fields)
    .map(([key, value]) => {
      const text = Array.isArray(value) ? value.join(',') : String(value);
      return ` ${key}=${/^[^\s"=]+$/u.test(text) ? printable(text) : quoted(text)}`;
    })
    .join('');
}

type SafeField = [key: string, value: string | number | boolean | readonly string[]];

function safeFields(fields: Fields | undefined): SafeField[] {
  return Object.entries(fields ?? {}).flatMap(([key, value]): SafeField[] => {
    if (value === undefined) return [];
    if (isSecretName(key)) return [[key, '[masked]']];
    if (typeof value === 'string') return [[key, safe(value)]];
    return [[key, typeof value === 'object' ? value.map(safe) : value]];
  });
}

/** `2006/01/02 15:04:05`. Formatting a date is dear and most lines share their second. */
function timestamps(isLocal: boolean): (atMs: number) => string {
  let second = Number.NaN;
  let text = '';
  return (atMs) => {
    const now = Math.floor(atMs / 1000);
    if (now !== second) {
      second = now;
      const offsetMs = isLocal ? new Date(atMs).getTimezoneOffset() * 60_000 : 0;
      text = new Date(atMs - offsetMs).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    }
    return text;
  };
}

/** As `toISOString`; most lines share their second. */
function isoTimes(): (atMs: number) => string {
  let second = Number.NaN;
  let start = '';
  return (atMs) => {
    const now = Math.floor(atMs / 1000);
    if (now !== second) {
      second = now;
      start = new Date(atMs).toISOString().slice(0, 20);
    }
    return `${start}${String(Math.floor(atMs - now * 1000)).padStart(3, '0')}Z`;
  };
}

export function jsonLines(worker?: number): LineWriter {
  const write = worker === undefined ? jsonLine : (line: object) => jsonLine({ ...line, worker });
  const time = (atMs: number) => new Date(atMs).toISOString();
  const requestTime = isoTimes();
  const ofWorker = worker === undefined ? '' : `,"worker":${worker}`;
  const text = remembered((value) => jsonLine(safe(value)));
  const agent = remembered((value) => jsonLine(safe(fromWire(value))));
  const uri = remembered((value) => jsonLine(maskUri(cut(fromWire(value)))));
  const authLevels = { AuthSuccess: 'info', AuthFailure: 'warn', AuthError: 'error' } as const;
  return {
    standard: ({ level, message, fields, file }, atMs) =>
      // Our own members last: no field can pose as another level, kind or time.
      write({
        ...Object.fromEntries(safeFields(fields)),
        time: time(atMs),
        level,
        kind: 'standard',
        message: safe(message),
        file,
      }),
    auth: (event, atMs) =>
      write({
        time: time(atMs),
        level: authLevels[event.status],
        kind: 'auth',
        status: event.status,
        message: safe(event.message),
        reason: event.reason,
        ...jsonFacts(event),
        uri: event.uri === undefined ? undefined : maskUri(cut(fromWire(event.uri))),
      }),
    // By hand, from pieces that come again with the next request: it runs for every request of the site.
    request(event) {
      const { client, requestId, username, host, method, protocol, userAgent } = event;
      const id = plainId.test(requestId) ? `"${requestId}"` : jsonLine(safe(requestId));
      const who = username === undefined ? '' : `,"username":${text(username)}`;
      const durationMs = Math.round(event.durationMs * 1000) / 1000;
      return `{"time":"${requestTime(event.startedAtMs)}","level":"info","kind":"request","message":"request","client":${text(client)},"request_id":${id}${who},"host":${text(host)},"method":${text(method)},"protocol":${text(protocol)},"user_agent":${agent(userAgent)},"uri":${uri(event.uri)},"upstream":${text(event.upstream)},"status_code":${event.statusCode},"response_size":${event.responseSize},"duration_ms":${durationMs}${ofWorker}}`;
    },
  };
}

function jsonFacts(facts: RequestFacts) {
  return {
    client: safe(facts.client),
    request_id: safe(facts.requestId),
    username: facts.username === undefined ? undefined : safe(facts.username),
    host: safe(facts.host),
    method: safe(facts.method),
    protocol: safe(facts.protocol),
    user_agent: safe(fromWire(facts.userAgent)),
  };
}
