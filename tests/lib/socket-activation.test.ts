// The specification of src/lib/socket-activation.ts.
import { socketActivation } from '../../src/lib/socket-activation.ts';

test.each<[string, Readonly<Record<string, string>>, number, string | undefined]>([
  ['the first socket', { LISTEN_FDS: '1', LISTEN_PID: '42' }, 3, undefined],
  ['the last of several', { LISTEN_FDS: '3', LISTEN_PID: '42' }, 5, undefined],
  ['a worker whose parent was activated', { LISTEN_FDS: '1', LISTEN_PID: '41' }, 3, undefined],
  [
    'one beyond the last',
    { LISTEN_FDS: '1', LISTEN_PID: '42' },
    4,
    'systemd has handed over 1 (LISTEN_FDS), so the last one is fd:3',
  ],
  ['a count that is none', { LISTEN_FDS: 'x', LISTEN_PID: '42' }, 3, 'systemd has handed over x'],
  ['no systemd', {}, 3, 'LISTEN_FDS and LISTEN_PID are not set'],
  ['no process', { LISTEN_FDS: '1' }, 3, 'LISTEN_FDS and LISTEN_PID are not set'],
  ['another process', { LISTEN_FDS: '1', LISTEN_PID: '7' }, 3, 'meant for process 7'],
])('%s', (_, env, fd, why) => {
  const answer = socketActivation({ env, pid: 42, ppid: 41 }).whyNot(fd);
  if (why === undefined) expect(answer).toBeUndefined();
  else expect(answer).toContain(why);
});
