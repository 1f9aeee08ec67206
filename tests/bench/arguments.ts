// What may be said behind `npm run bench --`?
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Other } from './against.ts';
import { generatorHere, isGenerator, type Generator } from './generators.ts';
import { builtProgram } from './sidecar.ts';

export interface Wishes {
  readonly isGate: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Requests after the first hundred thousand, where memory is watched. */
  readonly more: number;
  /** Part of the names of what is measured. */
  readonly only: string | undefined;
  readonly json: string | undefined;
  readonly picture: string | undefined;
  /** Writes table and picture into docs/. */
  readonly isForDocs: boolean;
  readonly other: Other | undefined;
  readonly generator: Generator;
  readonly program: string;
}

export const help = `npm run bench -- [options]
  --only TEXT             only what has this in its name, e.g. --only warm
  --rounds N              how often each candidate has its turn (5; with --gate 2)
  --seconds N             how long a turn is (3; with --gate 1)
  --more N                requests after the first 100,000, while memory is watched (1000000)
  --json FILE             writes every figure; - for standard output
  --picture FILE          writes the picture (SVG)
  --docs                  writes table and picture into docs/performance.md and .svg
  --gate                  a short run that fails when a ratio is far below its goal
  --against COMMAND       measures another server beside ours: {port} and {issuer} are filled in
  --against-port N        where that one listens, if not at {port}
  --against-cookie TEXT   its Cookie header, if nobody can sign in to it with the provider of the bench
  --generator NAME        wrk or autocannon; wrk where it is installed
  --program FILE          another build of ours, instead of dist/main.js
`;

/** @returns undefined when only help is wanted */
export function readArguments(args: readonly string[]): Wishes | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      more: { type: 'string', default: '1000000' },
      json: { type: 'string' },
      picture: { type: 'string' },
      docs: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      against: { type: 'string' },
      'against-port': { type: 'string' },
      'against-cookie': { type: 'string' },
      generator: { type: 'string', default: generatorHere() },
      program: { type: 'string', default: builtProgram },
    },
  });
  if (values.help) return undefined;
  const { gate, generator, against } = values;
  if (!isGenerator(generator)) throw new Error(`--generator is wrk or autocannon, not "${generator}"`);
  const program = resolve(values.program);
  if (!existsSync(program)) throw new Error(`${program} is missing; "npm run build" makes dist/main.js`);
  const port = values['against-port'];
  return {
    isGate: gate,
    rounds: whole('--rounds', values.rounds ?? (gate ? '2' : '5')),
    seconds: whole('--seconds', values.seconds ?? (gate ? '1' : '3')),
    more: whole('--more', values.more),
    only: values.only,
    json: values.json,
    picture: values.picture,
    isForDocs: values.docs,
    other:
      against === undefined
        ? undefined
        : {
            command: against,
            port: port === undefined ? undefined : whole('--against-port', port),
            cookie: values['against-cookie'],
          },
    generator,
    program,
  };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${name} takes a whole number from 1 on, not "${text}"`);
  return Number(text);
}
