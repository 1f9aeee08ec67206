// What does SIGHUP do?
import { ask } from '../support/ask.ts';
import { endAll, startService } from './program.ts';

afterEach(endAll);

test.each([
  ['one process', [], 1],
  ['every worker of several', ['--workers=2'], 2],
])('SIGHUP reads the cookie secrets again in %s, and ends nothing', async (_, argv, times) => {
  const service = await startService(argv);
  const said = () => service.out().split('so there is nothing to read again').length - 1;
  for (let tries = 0; said() < times && tries < 100; tries++) {
    const before = said();
    service.signal('SIGHUP');
    for (let waits = 0; said() - before < times && waits < 20; waits++) await new Promise((r) => setTimeout(r, 10));
  }
  expect(said()).toBeGreaterThanOrEqual(times);
  expect((await ask(service.port, { target: '/ping' })).status).toBe(200);
  service.signal('SIGTERM');
  expect((await service.ended()).code).toBe(0);
});
