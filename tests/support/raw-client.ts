// What does a server answer to these very bytes?
import { connect, type Socket } from 'node:net';

export interface Exchange {
  readonly socket: Socket;
  /** All that came so far, one character per byte. */
  readonly text: () => string;
  readonly isClosed: () => boolean;
  /** Waits for this text, or for the end. */
  until(found: string | RegExp): Promise<string>;
  /** Waits until the server has ended the connection. */
  closed(): Promise<string>;
}

export function dial(port: number, bytes: string): Exchange {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  let isClosed = false;
  socket.on('data', (data) => (text += data.toString('latin1')));
  socket.on('close', () => (isClosed = true));
  socket.on('error', () => (isClosed = true));
  socket.write(bytes, 'latin1');
  const wait = async (holds: () => boolean) => {
    for (const end = Date.now() + 5000; !holds() && !isClosed;) {
      if (Date.now() > end) throw new Error(`the server did not answer as expected; so far: ${text.slice(0, 500)}`);
      await new Promise((done) => setTimeout(done, 2));
    }
    return text;
  };
  return {
    socket,
    text: () => text,
    isClosed: () => isClosed,
    until: (found) => wait(() => (typeof found === 'string' ? text.includes(found) : found.test(text))),
    closed: () => wait(() => isClosed),
  };
}
