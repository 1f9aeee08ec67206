// What does a request hear when a refresh fails in a way that nobody foresaw, and does the service live on?
import { noMetrics } from '../../src/lib/metrics.ts';
import { resume } from '../../src/provider/resume.ts';
import type { ResumeParts } from '../../src/provider/resume.ts';
import { signOutMarks } from '../../src/session/sign-out-marks.ts';
import type { Session } from '../../src/session/session.ts';
import { linesLogger } from './make.ts';

const session: Session = {
  id: 'a',
  user: 'u',
  email: '',
  preferredUsername: '',
  groups: [],
  signedInAtMs: 0,
  createdAtMs: 0,
};

test('the request fails, the next one asks again, and no rejection is left unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let asked = 0;
  const clock = () => 1_000_000;
  const refresh = () => {
    asked += 1;
    return Promise.reject(new TypeError('nobody foresaw this'));
  };
  const resumed = resume({
    store: { load: () => Promise.resolve({ kind: 'found', session }) } as unknown as ResumeParts['store'],
    provider: { refresh } as unknown as ResumeParts['provider'],
    marks: signOutMarks({ clock, lifetimeMs: 0, tokenLifetimeMs: 1000 }),
    logger: linesLogger(),
    metrics: noMetrics,
    clock,
    refreshAfterMs: 1,
  });
  const request = { cookieHeader: undefined, host: 'app.test' };
  await expect(resumed(request)).rejects.toThrow('nobody foresaw this');
  await expect(resumed(request)).rejects.toThrow('nobody foresaw this');
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect([asked, unhandled]).toEqual([2, []]);
});
