// How does a server get its address, or the operator a message that says why not?
import cluster from 'node:cluster';
import { lstatSync } from 'node:fs';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { describeAddress, type ListenAddress } from './listen-address.ts';

/** @throws an error that names address and option when the address cannot be had */
export async function bind(server: Server, address: ListenAddress, option: string): Promise<void> {
  if (address.kind === 'none') return;
  if (address.kind === 'invalid') throw new Error(`--${option}: ${address.because}`);
  // A worker would take away what its neighbour has just made.
  if (!cluster.isWorker) await removeStaleSocket(address);
  await new Promise<void>((done, fail) => {
    const refused = (error: NodeJS.ErrnoException) => fail(explained(error, address, option));
    const listening = () => {
      server.off('error', refused);
      done();
    };
    server.once('error', refused);
    if (address.kind === 'unix' && address.mode !== undefined) hidden(() => server.listen(address.path, listening));
    else server.listen(optionsOf(address), listening);
  });
  if (address.kind === 'unix' && address.mode !== undefined) await chmod(address.path, address.mode);
}

type Bindable = Exclude<ListenAddress, { readonly kind: 'none' | 'invalid' }>;

function optionsOf(address: Bindable): ListenOptions & { readonly fd?: number } {
  switch (address.kind) {
    case 'unix':
      return { path: address.path };
    case 'inherited':
      return { fd: address.fd };
    case 'tcp': {
      const { host, port, family } = address;
      const everywhere = { 4: '0.0.0.0', 6: '::' } as const;
      const where = host ?? (family && everywhere[family]);
      return { port, ...(where !== undefined && { host: where }), ipv6Only: family === 6 };
    }
  }
}

/** Nobody may connect before the socket has the mode that was asked for. */
function hidden(listen: () => void): void {
  const before = process.umask(0o777);
  try {
    listen(); // binds before it returns
  } finally {
    process.umask(before);
  }
}

/**
 * What is left of a process that was killed: a socket where nobody answers. One that answers, and every other file, stays.
 * The process that begins workers calls it before them.
 */
export async function removeStaleSocket(address: ListenAddress): Promise<void> {
  if (address.kind !== 'unix') return;
  const { path } = address;
  const isSocket = await lstat(path).then(
    (file) => file.isSocket(),
    () => false,
  );
  if (isSocket && (await isDead(path))) await unlink(path);
}

async function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function explained(error: NodeJS.ErrnoException, address: Bindable, option: string): Error {
  const reason = reasons[address.kind](address)[error.code ?? ''] ?? error.message;
  return new Error(`cannot listen on ${describeAddress(address)} (--${option}): ${reason}`, { cause: error });
}

type Reasons = Readonly<Record<string, string>>;

const reasons: Readonly<Record<Bindable['kind'], (address: ListenAddress) => Reasons>> = {
  tcp: () => ({
    EADDRINUSE: 'the address is already in use',
    EACCES: 'permission denied',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'the host name is unknown',
  }),
  unix: (address) => ({
    EADDRINUSE: whoIsThere(address),
    // libuv says so of a missing folder too
    EACCES: 'permission denied, or there is no such folder',
    EINVAL: 'the path is longer than the system allows for sockets (about 100 bytes)',
  }),
  inherited: () => ({
    EINVAL: 'it is no socket that listens',
    ENOTSOCK: 'it is no socket that listens',
    EBADF: 'there is no such descriptor',
  }),
};

function whoIsThere(address: ListenAddress): string {
  const path = describeAddress(address);
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket()
    ? 'the address is already in use: another process listens on this socket'
    : 'a file that is no socket exists already; remove it, or choose another path';
}
