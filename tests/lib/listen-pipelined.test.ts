// What does a WebSocket handshake do that comes behind a request without its answer? (it once ended the process)
import type { AddressInfo } from 'node:net';
import { createListener, isUpgraded } from '../../src/lib/listen.ts';
import { dial } from '../support/raw-client.ts';

const handshake = 'GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

test('a pipelined handshake is an ordinary request, and the service lives on', async () => {
  const seen: [string | undefined, boolean][] = [];
  const listener = createListener({
    websockets: true,
    handler(req, res) {
      seen.push([req.url, isUpgraded(req)]);
      setTimeout(() => res.end('late'), 50);
    },
  });
  await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
  const { port } = listener.server.address() as AddressInfo;
  const exchange = dial(port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${handshake}`);
  await exchange.until(/late[^]*late/);
  expect(seen).toEqual([
    ['/slow', false],
    ['/socket', false],
  ]);
  exchange.socket.destroy();
  await listener.shutdown(500);
});

test.each([1, 2, 3])('V-1: neither is one behind %i requests that were answered at once', async (count) => {
  const listener = createListener({
    websockets: true,
    quick: (req, res) => req.url === '/quick' && Boolean(res.end('quick')),
    handler: (req, res) => void res.end(`upgraded: ${isUpgraded(req)}`),
  });
  await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
  const { port } = listener.server.address() as AddressInfo;
  const exchange = dial(port, `${'GET /quick HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count)}${handshake}`);
  await exchange.until(/upgraded: false/);
  exchange.socket.destroy();
  // Once the answer is out the socket is free.
  const patient = dial(port, 'GET /quick HTTP/1.1\r\nHost: a\r\n\r\n');
  await patient.until(/quick/);
  patient.socket.write(handshake);
  await patient.until(/upgraded: true/);
  patient.socket.destroy();
  await listener.shutdown(500);
});

test.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])(
  'V-1: a handshake with a body that never comes (%s) is an ordinary request, and the service lives on',
  async (line) => {
    const listener = createListener({
      websockets: true,
      handler: (req, res) => void res.end(`upgraded: ${isUpgraded(req)}`),
    });
    await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
    const { port } = listener.server.address() as AddressInfo;
    const exchange = dial(port, handshake.replace(/\r\n$/, `${line}\r\n\r\n`));
    await exchange.until(/upgraded: false/);
    exchange.socket.destroy();
    await listener.shutdown(500);
  },
);
