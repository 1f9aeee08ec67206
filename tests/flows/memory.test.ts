// Does the service take memory only for what it remembers?
import { randomBytes } from 'node:crypto';
import { sessionCookie, startFlow } from '../support/flow.ts';
import { heapUsed } from '../support/heap.ts';
import { dial } from '../support/raw-client.ts';

const megabyte = 1024 * 1024;

test('an idle service keeps no room free for what it might have to remember', async () => {
  await (await startFlow()).stop(); // loads all modules
  const before = heapUsed();
  const flow = await startFlow();
  await flow.member();
  expect(heapUsed() - before).toBeLessThan(5 * megabyte);
  await flow.stop();
});

test('P30: junk cookies leave nothing behind', async () => {
  const flow = await startFlow();
  const junk = (count: number) => {
    const requests = Array.from({ length: count }, () => {
      const tail = `${randomBytes(1500).toString('base64url')}*x*${randomBytes(32).toString('base64url')}~2`;
      const fake = `Fe26.2*1*${randomBytes(32).toString('hex')}*${randomBytes(16).toString('base64url')}*${tail}`;
      return `GET /oauth2/auth HTTP/1.1\r\nHost: x\r\nCookie: ${sessionCookie}=${fake}\r\n\r\n`;
    });
    const last = 'GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    return dial(flow.sidecar.port, requests.join('') + last).closed();
  };
  await junk(300);
  const before = heapUsed();
  for (let round = 0; round < 10; round++) {
    expect((await junk(500)).match(/HTTP\/1\.1 401/g)).toHaveLength(500);
  }
  // Remembered, they would be 20 MB.
  expect(heapUsed() - before).toBeLessThan(5 * megabyte);
  await flow.stop();
});
