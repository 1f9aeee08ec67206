// Which listening sockets has systemd opened for this process (sd_listen_fds(3))?

export interface SocketActivation {
  /** Why this descriptor cannot be listened at; undefined when it can. */
  whyNot(fd: number): string | undefined;
}

export interface Process {
  /** LISTEN_FDS and LISTEN_PID count. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** A worker shares the sockets of the process that began it. */
  readonly ppid: number;
}

const first = 3;

export function socketActivation({ env, pid, ppid }: Process): SocketActivation {
  const { LISTEN_FDS: count = '', LISTEN_PID: owner = '' } = env;
  return {
    whyNot(fd) {
      if (count === '' || owner === '')
        return 'systemd has handed over no socket: LISTEN_FDS and LISTEN_PID are not set';
      // Left over from a parent that was activated itself: its descriptors are not ours.
      if (owner !== String(pid) && owner !== String(ppid))
        return `the sockets are meant for process ${owner} (LISTEN_PID), which is not this one`;
      const last = first + Number(count) - 1;
      if (!(fd <= last)) return `systemd has handed over ${count} (LISTEN_FDS), so the last one is fd:${last}`;
      return undefined;
    },
  };
}

/** Nothing was handed over. */
export const noSocketActivation = socketActivation({ env: {}, pid: 0, ppid: 0 });
