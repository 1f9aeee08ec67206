// Do slow clients hold others up, or their own connections for ever? With the real time-outs.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../support/ask.ts';
import { dial, type Exchange } from '../support/raw-client.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
beforeAll(async () => {
  flow = await startFlow();
});
afterAll(() => flow.stop());

const post = (target: string, length = 'Content-Length: 1000') =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n${length}\r\n\r\n`;

test('V-1: whoever drips headers or forms is cut, and nobody waits for them', async () => {
  const dialled = (count: number, bytes: string, drop: string) => ({
    drop,
    exchanges: Array.from({ length: count }, () => dial(flow.sidecar.port, bytes)),
  });
  const groups: Record<string, { drop: string; exchanges: Exchange[] }> = {
    silent: dialled(20, '', ''),
    headers: dialled(100, 'GET /oauth2/auth HTTP/1.1\r\nHost: x\r\nX-A: ', 'a'),
    sign_in: dialled(20, post('/oauth2/sign_in'), 'a'),
    callback: dialled(20, post('/oauth2/callback', 'Transfer-Encoding: chunked'), '1\r\na\r\n'),
  };
  const all = Object.values(groups).flatMap(({ exchanges }) => exchanges);
  const drip = setInterval(() => {
    for (const { drop, exchanges } of Object.values(groups))
      for (const { socket } of exchanges) if (socket.writable && drop !== '') socket.write(drop);
  }, 1000);

  const times: number[] = [];
  const begun = performance.now();
  while (all.some(({ isClosed }) => !isClosed()) && performance.now() - begun < 20_000) {
    times.push((await ask(flow.sidecar.port)).ms);
    await sleep(100);
  }
  clearInterval(drip);
  for (const { socket } of all) socket.destroy();

  const outcome = Object.entries(groups).map(([name, { exchanges }]) => {
    const statuses = exchanges.map(({ text }) => text().slice(0, 12));
    return [name, [...new Set(statuses)], exchanges.every(({ isClosed }) => isClosed())];
  });
  expect(outcome).toEqual([
    ['silent', ['HTTP/1.1 408'], true],
    ['headers', ['HTTP/1.1 408'], true],
    ['sign_in', ['HTTP/1.1 408'], true],
    ['callback', ['HTTP/1.1 408'], true],
  ]);
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]).toBeLessThan(100);
}, 30_000);
