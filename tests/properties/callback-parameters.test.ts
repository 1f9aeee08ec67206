// Whatever stands in a query or a form: it is read as it was written or not at all, and nothing counts twice (security F-6, L5).
import fc from 'fast-check';
import { Problem } from '../../src/lib/problem.ts';
import { readForm } from '../../src/request/form.ts';
import { lenientQuery } from '../../src/request/lenient-query.ts';
import { readAllParameters, readParameters, type ParametersReading } from '../../src/request/parameters.ts';
import { readAuthorizationResponse } from '../../src/routes/authorization-response.ts';
import { parsedRequest } from '../support/parsed-request.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const fragments = [
  '&',
  ';',
  '=',
  '%',
  '%2',
  '%26',
  '%3d',
  '+',
  'code',
  'state',
  'error',
  'iss',
  'rd=',
  '?',
  '__proto__',
];
const anyQuery = wireText(fragments, 20);
const options = { semicolons: false };
const name = fc.oneof(fc.constantFrom('code', 'state', 'error', 'iss', '__proto__', 'constructor'), fc.string());
const entries = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 40 });

function read(reading: ParametersReading) {
  if (reading.kind !== 'ok') throw new Error(`unreadable: ${reading.because}`);
  return reading;
}

test('what a browser writes is read as it was meant, whatever the names', () => {
  fc.assert(
    fc.property(entries, fc.boolean(), (list, semicolons) => {
      const parameters = read(
        readParameters(new URLSearchParams(list.map(([k, v]) => [k, v])).toString(), { semicolons }),
      );
      for (const [key] of list) {
        const values = list.filter(([other]) => other === key).map(([, value]) => value);
        expect(parameters.getAll(key)).toEqual(values);
        expect(parameters.get(key)).toBe(values[0]);
      }
      const others = ['toString', 'hasOwnProperty', '__proto__'].filter((key) => list.every(([each]) => each !== key));
      expect(others.map((key) => parameters.get(key))).toEqual(others.map(() => undefined));
    }),
    runs(300),
  );
});

test('any query is read or refused with its reason', () => {
  fc.assert(
    fc.property(anyQuery, fc.boolean(), fc.boolean(), (query, semicolons, rdToEnd) => {
      const reading = readParameters(query, { semicolons, rdToEnd });
      if (reading.kind === 'ok') expect(reading.getAll('code').length).toBeLessThanOrEqual(100);
      else expect(['escape', 'semicolon', 'too_many']).toContain(reading.because);
      lenientQuery(query);
    }),
    runs(1200),
  );
});

test('F-6, D13: what is there twice is refused, in whatever order, and everything else is told', () => {
  const known = ['state', 'code', 'error', 'iss'] as const;
  fc.assert(
    fc.property(entries, (list) => {
      const parameters = read(readParameters(new URLSearchParams(list.map(([k, v]) => [k, v])).toString(), options));
      const count = (key: string) => list.filter(([each]) => each === key).length;
      if (known.some((key) => count(key) > 1)) {
        expect(() => readAuthorizationResponse(parameters)).toThrow(Problem);
        return;
      }
      const response = readAuthorizationResponse(parameters);
      for (const key of known) expect(response[key]).toBe(list.find(([each]) => each === key)?.[1] || undefined);
    }),
    runs(400),
  );
});

test('a constraint of a query is not lost because of damage beside it', () => {
  const damage = fc.constantFrom('%', '%zz=1', 'x=%', '=%1', '', 'a=b=c', 'a=1&'.repeat(60));
  const group = fc.stringMatching(/^[a-z]{1,8}$/);
  fc.assert(
    fc.property(
      fc.array(damage, { maxLength: 30 }),
      fc.array(group, { maxLength: 5 }),
      fc.nat(),
      fc.boolean(),
      (broken, groups, at, spelling) => {
        const turn = at % (broken.length + 1);
        const name = spelling ? 'allowed%5Fgr%6fups' : 'allowed_groups';
        const pairs = groups.map((each) => `${name}=${each}`);
        const query = [...broken.slice(0, turn), ...pairs, ...broken.slice(turn)].join('&');
        expect(lenientQuery(query).getAll('allowed_groups')).toEqual(groups);
      },
    ),
    runs(400),
  );
});

test('M5: any body of any type is a form, no form, or the fault of its sender', async () => {
  const type = fc.oneof(
    fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/X-WWW-form-urlencoded; charset=x',
      '',
      'application/json',
    ),
    fc.stringMatching(/^[!-~]{0,20}$/),
  );
  const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'GET', 'DELETE');
  await fc.assert(
    fc.asyncProperty(wireText(fragments, 20), type, method, async (text, contentType, verb) => {
      const body = text === '' ? 'x' : text;
      const lines = [`Content-Type: ${contentType}`];
      const question = { method: verb, target: '/oauth2/callback?code=query', lines, body };
      const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(contentType) && verb.startsWith('P');
      const peer = { remoteAddress: '127.0.0.1' };
      const [req, again] = await Promise.all([parsedRequest(question, peer), parsedRequest(question, peer)]);
      fc.pre(req !== undefined && again !== undefined);
      expect(await readForm(req)).toBe(isForm ? body : undefined);
      const all = await readAllParameters(again, options);
      if (!isForm) expect(read(all).getAll('code')).toEqual(['query']);
      else if (all.kind === 'ok') expect(all.getAll('code').at(-1)).toBe('query');
    }),
    runs(250),
  );
});

test('L5: no query costs more than its length', () => {
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (query) => [readParameters(query, { semicolons: true, rdToEnd: true }), lenientQuery(query)]),
    ),
    runs(40),
  );
});
