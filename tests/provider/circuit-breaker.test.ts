// When is the provider left alone, and how is it noticed that it is back?
import { circuitBreaker, type Permit } from '../../src/provider/circuit-breaker.ts';
import { clockwork } from './resume-parts.ts';
import { linesLogger, type Line } from './make.ts';

function started() {
  const time = clockwork();
  const lines: Line[] = [];
  const states: string[] = [];
  const breaker = circuitBreaker({
    clock: time.now,
    logger: linesLogger(lines),
    metrics: { providerCircuit: (state) => void states.push(state) },
    random: () => 0.5,
  });
  const fail = (sessionId: string, more: object = {}) =>
    breaker.ask()?.failed({ sessionId, because: 'token_endpoint_timeout', ...more });
  return { time, lines, states, breaker, fail, isOpen: () => isRefused(breaker.ask()) };
}

function isRefused(permit: Permit | undefined): boolean {
  permit?.unused();
  return permit === undefined;
}

function opened() {
  const made = started();
  for (let i = 0; i < 15; i++) made.fail(`s${i}`);
  return made;
}

test('V-4: fifteen failures in a row, of several sessions, open it', () => {
  const { fail, isOpen, states, lines } = started();
  for (let i = 0; i < 14; i++) fail(`s${i}`);
  expect(isOpen()).toBe(false);
  fail('s14');
  expect([isOpen(), states]).toEqual([true, ['closed', 'open']]);
  expect(lines.map(({ level }) => level)).toEqual(['warn']);
  expect(lines[0]?.fields).toMatchObject({
    reason: 'provider_circuit_open',
    cause: 'token_endpoint_timeout',
    hint: 'check that the provider runs and that this machine can reach it',
    seconds: 5,
  });
});

test('the failures of one session alone do not: it may be its own fault', () => {
  const { fail, isOpen } = started();
  for (let i = 0; i < 50; i++) fail('s');
  expect(isOpen()).toBe(false);
});

test('an answer in between begins the count anew', () => {
  const { fail, breaker, isOpen } = started();
  for (let i = 0; i < 14; i++) fail(`s${i}`);
  breaker.ask()?.answered();
  for (let i = 0; i < 14; i++) fail(`s${i}`);
  expect(isOpen()).toBe(false);
});

test('half open: one session asks, all others wait for what comes of it', () => {
  const { time, breaker, states, lines } = opened();
  time.pass(5_000);
  const probe = breaker.ask();
  expect([probe === undefined, breaker.ask()]).toEqual([false, undefined]);
  probe?.answered();
  expect([isRefused(breaker.ask()), breaker.recoveries()]).toEqual([false, 1]);
  expect(states).toEqual(['closed', 'open', 'half_open', 'closed']);
  expect(lines.filter(({ level }) => level !== 'debug').map(({ fields }) => fields['reason'])).toEqual([
    'provider_circuit_open',
    'provider_circuit_closed',
  ]);
});

test('each probe that fails doubles the rest, up to a minute', () => {
  const { time, breaker, lines } = opened();
  for (let i = 0; i < 6; i++) {
    time.pass(60_000);
    breaker.ask()?.failed({ sessionId: 's', because: 'token_endpoint_unavailable' });
  }
  expect(lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['seconds'])).toEqual([
    5, 10, 20, 40, 60, 60, 60,
  ]);
});

test('a probe that was not used lets the next one ask', () => {
  const { time, breaker } = opened();
  time.pass(5_000);
  breaker.ask()?.unused();
  expect(breaker.ask()).toBeDefined();
});

test.each<[string, number, number]>([
  ['Retry-After is obeyed', 100_000, 100],
  ['Retry-After is obeyed for no more than five minutes', 9_000_000, 300],
])('%s', (_, retryAfterMs, seconds) => {
  const { fail, lines } = started();
  for (let i = 0; i < 15; i++) fail(`s${i}`, { retryAfterMs });
  expect(lines[0]?.fields['seconds']).toBe(seconds);
});

test('what was asked before it opened, and fails later, does not make the rest longer', () => {
  const { breaker, lines } = started();
  const asked = Array.from({ length: 40 }, () => breaker.ask());
  asked.forEach((permit, i) => permit?.failed({ sessionId: `s${i}`, because: 'token_endpoint_timeout' }));
  expect(lines).toHaveLength(1);
});
