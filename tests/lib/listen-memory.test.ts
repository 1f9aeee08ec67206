// Is a listener that has ended forgotten, with all that it served?
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createListener, type Handler } from '../../src/lib/listen.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function startedAndEnded(): Promise<WeakRef<Handler>> {
  const handler: Handler = (_, res) => void res.end();
  const listener = createListener({ handler });
  await listener.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 }, 'http-address');
  await listener.shutdown(100);
  return new WeakRef(handler);
}

test('nothing holds it in memory', async () => {
  const handler = await startedAndEnded();
  for (let i = 0; i < 20 && handler.deref() !== undefined; i++) {
    await sleep(20);
    collectGarbage();
  }
  expect(handler.deref()).toBeUndefined();
});
