// Has somebody asked the process to end, once or impatiently?

export interface StopSignals {
  /** From the first moment on: as the first process of a container it would otherwise be deaf to SIGTERM. */
  readonly first: Promise<NodeJS.Signals>;
  readonly second: Promise<NodeJS.Signals>;
}

interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export function stopSignals(source: SignalSource): StopSignals {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<NodeJS.Signals>();
  let count = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, (signal) => {
      count += 1;
      (count === 1 ? first : second).resolve(signal);
    });
  }
  return { first: first.promise, second: second.promise };
}
