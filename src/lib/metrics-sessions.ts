// How are sessions counted: their beginning, refresh and end, and where they are kept?
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CircuitState, Metrics } from './metrics.ts';

export type Registers = Registry[];

type SessionCounts = Pick<Metrics, 'signIn' | 'refresh' | 'logoutToken' | 'oldSecret' | 'foreignSession'>;

export function sessionSeries(registers: Registers): SessionCounts {
  const signIns = new Counter({
    name: 'oauth2_sidecar_sign_ins_total',
    help: 'Sign-ins that came about (ok), were refused, or failed because something is broken.',
    labelNames: ['result', 'reason'],
    registers,
  });
  const refreshes = new Counter({
    name: 'oauth2_sidecar_refreshes_total',
    help: 'Sessions refreshed at the provider: renewed, revoked by it, or not possible then.',
    labelNames: ['result'],
    registers,
  });
  const oldSecrets = new Counter({
    name: 'oauth2_sidecar_old_secret_requests_total',
    help: 'Requests with a session that another cookie secret than the first had sealed.',
    registers,
  });
  const foreignSessions = new Counter({
    name: 'oauth2_sidecar_foreign_session_requests_total',
    help: 'Requests with a session that oauth2-proxy wrote.',
    registers,
  });
  const logoutTokens = new Counter({
    name: 'oauth2_sidecar_logout_tokens_total',
    help: 'Logout tokens received through the back channel.',
    labelNames: ['result', 'reason'],
    registers,
  });
  // A series that begins at 0 shows its first event in rate(); one that begins at 1 does not.
  for (const result of ['ok', 'refused', 'failed'] as const) signIns.inc({ result }, 0);
  for (const result of ['renewed', 'revoked', 'unavailable'] as const) refreshes.inc({ result }, 0);
  for (const result of ['ok', 'refused', 'failed'] as const) logoutTokens.inc({ result }, 0);
  return {
    signIn: (result, reason) => signIns.inc(labelled({ result, reason })),
    refresh: (result) => refreshes.inc({ result }),
    oldSecret: () => oldSecrets.inc(),
    foreignSession: () => foreignSessions.inc(),
    logoutToken: (result, reason) => logoutTokens.inc(labelled({ result, reason })),
  };
}

export function circuitSeries(registers: Registers): Pick<Metrics, 'providerCircuit'> {
  const circuit = new Gauge({
    name: 'oauth2_sidecar_provider_circuit',
    help: 'Whether refreshes are asked of the provider: 1 for the state that it is in.',
    labelNames: ['state'],
    aggregator: 'max', // of workers
    registers,
  });
  const states: readonly CircuitState[] = ['closed', 'open', 'half_open'];
  const providerCircuit = (now: CircuitState): void => {
    for (const state of states) circuit.set({ state }, state === now ? 1 : 0);
  };
  providerCircuit('closed');
  return { providerCircuit };
}

export function signOutSeries(registers: Registers): Pick<Metrics, 'signOut'> {
  const signOuts = new Counter({
    name: 'oauth2_sidecar_sign_outs_total',
    help: 'Steps of sign-outs: started, cleared here, provider told (how), returned from the provider.',
    labelNames: ['step', 'result', 'how'],
    registers,
  });
  const duration = new Histogram({
    name: 'oauth2_sidecar_sign_out_provider_seconds',
    help: 'How long telling the provider of a sign-out took.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
    registers,
  });
  for (const step of ['started', 'cleared', 'returned'] as const) signOuts.inc({ step, result: 'ok' }, 0);
  return {
    signOut({ step, result, how, durationMs }) {
      signOuts.inc(labelled({ step, result, how }));
      if (durationMs !== undefined) duration.observe(durationMs / 1000);
    },
  };
}

/** Only where sessions are kept in Redis do these ever move. */
export function storeSeries(registers: Registers): Pick<Metrics, 'storeFailed' | 'storeOut' | 'servedFromMemory'> {
  const failures = new Counter({
    name: 'oauth2_sidecar_session_store_failures_total',
    help: 'Questions to the session store that it did not answer as it should.',
    labelNames: ['reason'],
    registers,
  });
  const out = new Gauge({
    name: 'oauth2_sidecar_session_store_out',
    help: '1 while the session store cannot be used.',
    registers,
  });
  const fromMemory = new Counter({
    name: 'oauth2_sidecar_sessions_from_memory_total',
    help: 'Requests whose session was known from memory only, because the session store was out.',
    registers,
  });
  out.set(0);
  return {
    storeFailed: (reason) => failures.inc({ reason }),
    storeOut: (isOut) => out.set(isOut ? 1 : 0),
    servedFromMemory: () => fromMemory.inc(),
  };
}

/** prom-client would write an absent label as the text "undefined". */
function labelled<Name extends string>(
  labels: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> {
  const given = Object.entries(labels).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Record<Name, string>>;
}
