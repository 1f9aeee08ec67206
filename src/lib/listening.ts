// How does one service listen at its addresses: plain, with TLS, or both?
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { removeStaleSocket } from './bind.ts';
import { describeAddress, parseListenAddress, type ListenAddress } from './listen-address.ts';
import { createListener, type Handler, type Listener, type ListenerParts } from './listen.ts';
import type { Logger } from './logger.ts';
import { noSocketActivation, type SocketActivation } from './socket-activation.ts';
import { followTls, type TlsFiles } from './tls-files.ts';

export interface Service {
  /** For log lines: `listener`, `metrics listener`. */
  readonly name: string;
  readonly handler: Handler;
  /** As of `createListener`. */
  readonly quick?: ListenerParts['quick'];
  readonly logger: Logger;
  readonly websockets?: boolean;
  readonly activation?: SocketActivation | undefined;
  readonly plain: Place;
  readonly secure: Place & { readonly tls: TlsFiles };
}

export interface Place {
  /** As --http-address or --https-address has it; empty: nowhere. */
  readonly address: string;
  /** The option that says so, for messages. */
  readonly option: string;
}

export interface Listening {
  /** Where it listens, for people. */
  readonly addresses: readonly string[];
  /** Of TCP, in the order plain, TLS. */
  readonly ports: readonly number[];
  /** Takes nothing new, lets requests in flight finish, cuts what is left after the limit. */
  shutdown(timeoutMs: number): Promise<void>;
}

interface Opened {
  readonly listener: Listener;
  readonly text: string;
  close(): void;
}

/** @throws an error that names address, file and option when one of them cannot be had; then nothing listens */
export async function startListening(service: Service): Promise<Listening> {
  const opened: Opened[] = [];
  try {
    for (const open of [openPlain, openSecure]) {
      const one = await open(service);
      if (one) opened.push(one);
    }
  } catch (error) {
    await end(opened, 0);
    throw error;
  }
  return {
    addresses: opened.map(({ text }) => text),
    ports: opened.flatMap(({ listener }) => portOf(listener) ?? []),
    shutdown: (timeoutMs) => end(opened, timeoutMs),
  };
}

/** Takes away sockets that a killed process has left. Only for whoever begins workers: it must be over before they listen. */
export async function clearPlaces(places: readonly Place[]): Promise<void> {
  for (const { address } of places) await removeStaleSocket(parseListenAddress(address));
}

async function openPlain(service: Service): Promise<Opened | undefined> {
  const { plain, activation = noSocketActivation } = service;
  const address = parseListenAddress(plain.address);
  if (address.kind === 'none') return undefined;
  const whyNot = address.kind === 'inherited' ? activation.whyNot(address.fd) : undefined;
  if (whyNot !== undefined) {
    throw new Error(`cannot listen on ${describeAddress(address)} (--${plain.option}): ${whyNot}`);
  }
  const listener = createListener(commonParts(service));
  await listener.listen(address, plain.option);
  return { listener, text: textOf(listener, address), close: () => {} };
}

async function openSecure(service: Service): Promise<Opened | undefined> {
  const { secure, logger } = service;
  const address = parseListenAddress(secure.address, { tls: true });
  if (address.kind === 'none') return undefined;
  const tls = followTls({ files: secure.tls, logger });
  try {
    const listener = createListener({
      ...commonParts(service),
      tls: tls.options,
      // Anybody can cause these, with a port scan for example.
      onHandshakeFault: (fault) => logger.debug('a TLS handshake came to nothing', { ...fault }),
    });
    if (listener.server instanceof TlsServer) tls.attach(listener.server);
    await listener.listen(address, secure.option);
    return { listener, text: textOf(listener, address), close: tls.close };
  } catch (error) {
    tls.close();
    throw error;
  }
}

function commonParts({ handler, quick, websockets = false, logger, name }: Service) {
  return {
    handler,
    quick,
    websockets,
    onError: (error: Error) => logger.error(`the ${name} failed`, { reason: 'listener_failed', cause: error.message }),
  };
}

async function end(opened: readonly Opened[], timeoutMs: number): Promise<void> {
  for (const { close } of opened) close();
  await Promise.all(opened.map(({ listener }) => listener.shutdown(timeoutMs)));
}

/** The port that the system has picked, where it was asked to. */
function textOf(listener: Listener, address: ListenAddress): string {
  const port = portOf(listener);
  return describeAddress(address.kind === 'tcp' && port !== undefined ? { ...address, port } : address);
}

function portOf({ server }: Listener): number | undefined {
  const address = server.address() as AddressInfo | string | null;
  return address !== null && typeof address === 'object' ? address.port : undefined;
}
