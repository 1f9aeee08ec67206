// Is anything held in memory on its way? Many bytes, and ends that are slow or gone.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { heapUsed } from '../support/heap.ts';
import { cleanUp, get, send, startFront, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

const mebibyte = 1024 * 1024;
const chunk = Buffer.alloc(256 * 1024, 'x');
const total = 96 * mebibyte;
/** What may be on the way at once: buffers of sockets and streams, at every end, and those that the collector has not come to. */
const held = 64 * mebibyte;

/** Buffers are outside of the heap of JavaScript; those that are garbage do not count. */
function memory(): number {
  heapUsed();
  return process.memoryUsage().arrayBuffers;
}

/** Looks at the memory each time so much more has come. */
function watchMemory() {
  const before = memory();
  let [received, looked, peak] = [0, 0, 0];
  return {
    take({ length }: Buffer): void {
      received += length;
      if (received - looked < 12 * mebibyte) return;
      looked = received;
      peak = Math.max(peak, memory() - before);
    },
    received: () => received,
    peak: () => peak,
  };
}

interface Taker {
  write(chunk: Buffer): boolean;
  once(event: 'drain', done: () => void): unknown;
}

/** As fast as the other end takes it; tells how much went out. */
async function pour(into: Taker, sent: { bytes: number }): Promise<void> {
  while (sent.bytes < total) {
    sent.bytes += chunk.length;
    if (!into.write(chunk)) await new Promise<void>((done) => into.once('drain', done));
  }
}

/** Waits until a number does not change any more. */
async function settled(value: () => number): Promise<number> {
  for (let before = -1; ;) {
    await sleep(300);
    if (value() === before && before > 0) return before;
    before = value();
  }
}

test('a large answer goes through whole, with flat memory, and a slow reader slows the upstream down', async () => {
  const sent = { bytes: 0 };
  const { url } = await startUpstream(async (_, res) => {
    await pour(res, sent);
    res.end();
  });
  const front = await startFront([url], { timeoutMs: 10_000 });
  const watch = watchMemory();
  const call = request({ port: front.port, path: '/x' }).end();
  await new Promise<void>((done, failed) => {
    call.on('error', failed).on('response', async (answer) => {
      answer.on('end', done);
      expect(await settled(() => sent.bytes)).toBeLessThan(held); // nobody reads yet
      answer.on('data', watch.take);
    });
  });
  expect(watch.received()).toBe(total);
  expect(watch.peak()).toBeLessThan(held);
});

test('a large upload goes through whole, with flat memory, and a slow upstream slows the client down', async () => {
  const sent = { bytes: 0 };
  const watch = watchMemory();
  let asked = false;
  let read = () => {};
  const { url } = await startUpstream((req, res) => {
    asked = true;
    read = () => void req.on('data', watch.take).on('end', () => res.end('thanks'));
  });
  const front = await startFront([url], { timeoutMs: 10_000, clientStallTimeoutMs: 100 });
  const call = request({ port: front.port, path: '/x', method: 'POST' });
  const answered = new Promise<number | undefined>((done, failed) => {
    call.on('error', failed).on('response', (answer) => done(answer.resume().statusCode));
  });
  const poured = pour(call, sent).then(() => call.end());
  while (!asked) await sleep(5);
  // The upstream does not read, so that the client may not go on; that is no fault of the client.
  expect(await settled(() => sent.bytes)).toBeLessThan(held);
  read();
  await poured;
  expect([await answered, watch.received()]).toEqual([200, total]);
  expect(watch.peak()).toBeLessThan(held);
});

test('an upstream that breaks off in the middle of an upload makes it a 502', async () => {
  const { url } = await startUpstream((req) => void req.once('data', () => req.socket.destroy()));
  const front = await startFront([url]);
  const exchange = send(
    front.port,
    'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\nabc',
  );
  expect(await exchange.until('problem')).toMatch(/^HTTP\/1.1 502 /);
  expect(front.problems.map(({ reason }) => reason)).toEqual(['upstream_failed']);
});

test('an upstream may answer before it has the whole body', async () => {
  const { url } = await startUpstream((req, res) => {
    req.once('data', () => res.writeHead(413, { Connection: 'close' }).end('enough'));
    req.on('error', () => {});
  });
  const front = await startFront([url]);
  const exchange = send(front.port, 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc');
  expect(await exchange.until('enough')).toMatch(/^HTTP\/1.1 413 /);
  expect(front.problems).toEqual([]);
});

test('a client that goes away while it is served ends the call, and is no fault', async () => {
  let isClosed = false;
  const { url } = await startUpstream((_, res) => {
    res.once('close', () => (isClosed = true));
    res.write('first');
  });
  const front = await startFront([url]);
  const exchange = send(front.port, get('/x'));
  await exchange.until('first');
  exchange.socket.destroy();
  while (!isClosed) await sleep(5);
  while (front.open() > 0) await sleep(5);
  expect([front.problems, front.warnings]).toEqual([[], []]);
});
