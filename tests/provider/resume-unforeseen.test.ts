// What does a request hear when a refresh fails in a way that nobody foresaw, and does the service live on?
import { oneProcess } from './resume-parts.ts';

test('D9: the session lives on, it is tried again after a pause, and no rejection is left unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let asked = 0;
  const refresh = () => {
    asked += 1;
    return Promise.reject(new TypeError('nobody foresaw this'));
  };
  const service = oneProcess({ refresh });
  const cookie = await service.cookie();
  service.time.pass(61_000);
  for (let i = 0; i < 3; i++)
    expect(await service.ask(cookie)).toMatchObject({ session: { user: 'jane' }, cookies: [] });
  expect(asked).toBe(1);
  service.time.pass(6_000);
  expect((await service.ask(cookie)).session?.user).toBe('jane');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect([asked, unhandled]).toEqual([2, []]);
  const loud = service.lines.filter(({ level }) => level === 'error');
  expect(loud.map(({ fields }) => fields['cause'])).toEqual(
    Array(2).fill(expect.stringContaining('TypeError: nobody foresaw this\n')),
  );
});
