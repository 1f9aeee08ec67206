// npm run bench: how fast is /oauth2/auth, side by side with bare node:http on this machine?
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { has } from '../support/needs.ts';
import { waits } from './latency.ts';
import { generator } from './load.ts';
import { measure, spread, type Plan } from './measure.ts';
import { memory } from './memory.ts';
import { throughNginx } from './nginx.ts';
import { svg } from './picture.ts';
import { failsGate, markdown, range, verdict, type Verdict } from './report.ts';
import { options, populations, scenarios, type Scenario } from './scenarios.ts';
import { openStage, sideBySide, type Extras, type Stage } from './stage.ts';
import { startTime } from './startup.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    picture: { type: 'string' },
    against: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    more: { type: 'string', default: '1000000' },
    gate: { type: 'boolean', default: false },
  },
});

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function compare(stage: Stage, scenario: Scenario, about: { plan: Plan; extras?: Extras }): Promise<Verdict> {
  const side = await sideBySide(stage, scenario, about.extras);
  try {
    return verdict({ scenario, measured: await measure(side.candidates, about.plan) });
  } finally {
    await side.close();
  }
}

async function throughput(stage: Stage, plan: Plan): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const scenario of scenarios) {
    if (values.only !== undefined && !scenario.name.includes(values.only)) continue;
    if (scenario.needsRedis && stage.redis === undefined) {
      say(`SKIPPED: ${scenario.name} (redis-server is missing, "npm run setup" installs it)`);
      continue;
    }
    const isFirst = verdicts.length === 0;
    const extras = { express: isFirst && !values.gate, against: values.against };
    const one = await compare(stage, scenario, { plan, extras });
    verdicts.push(one);
    say(`${one.name}: ${(one.rate.median * 100).toFixed(0)} % of bare, ${one.cpu.median.toFixed(2)} × its CPU time`);
  }
  return verdicts;
}

/** The cost of one request must not depend on these. */
async function independence(stage: Stage, plan: Plan): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [title, group] of [
    ['options', options],
    ['sessions', populations],
  ] as const) {
    let first: number | undefined;
    for (const scenario of group) {
      const { measured, name } = await compare(stage, scenario, { plan });
      const cpu = spread(measured[1]?.rounds.map(({ cpuPer100k }) => cpuPer100k) ?? []);
      first ??= cpu.median;
      lines.push(`| ${title}: ${name} | ${range(cpu, 2)} | ${(cpu.median / first).toFixed(2)} × |`);
      say(lines.at(-1) ?? '');
    }
  }
  return ['| | CPU s per 100,000 | against the first |', '|---|--:|--:|', ...lines];
}

async function single(stage: Stage, plan: Plan): Promise<readonly string[]> {
  const [warm] = scenarios;
  if (warm === undefined) return [];
  const side = await sideBySide(stage, warm);
  const calm = await waits(side, await measure(side.candidates, plan), { rounds: plan.rounds, seconds: plan.seconds });
  const nginx = has('nginx') ? await throughNginx(side, plan) : [];
  await side.close();
  const crowd = await sideBySide(stage, { ...warm, sessions: 10_000 });
  const held = await memory(crowd, plan.folder, Number(values.more));
  await crowd.close();
  const start = await startTime(stage.issuer, 2 * plan.rounds + 1);
  const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(0);
  return [
    `- p99 at ${calm.perSecond.toFixed(0)} requests/s (half of its own rate): ${range(calm.p99Ms, 2)} ms, bare node:http ${range(calm.bareP99Ms, 2)} ms: ${(calm.p99Ms.median / calm.bareP99Ms.median).toFixed(2)} × (goal: under 3 ×)`,
    `- first answer of /ping: ${range(start.firstAnswerMs, 0)} ms after the start; node -e 0 takes ${range(start.nodeMs, 0)} ms: ${start.ratio.toFixed(1)} × (goal: at most 6 ×)`,
    `- memory: ${mb(held.afterFirstBytes)} MB after 100,000 requests of 10,000 sessions, ${mb(held.afterMoreBytes)} MB after ${held.more.toLocaleString('en')} more (goal: under 140 MB, and flat)`,
    ...nginx.map(
      ({ name, rounds }) => `- ${name}: ${range(spread(rounds.map(({ perSecond }) => perSecond)), 0)} pages/s`,
    ),
  ];
}

async function main(): Promise<void> {
  const stage = await openStage(has('redis-server'));
  const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds), folder: stage.folder };
  const began = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node.js ${process.version}, load by ${generator}`;
  say(began);
  const verdicts = await throughput(stage, plan);
  const isWhole = !values.gate && values.only === undefined && values.against === undefined;
  const facts = isWhole ? await single(stage, plan) : [];
  const grown = isWhole ? await independence(stage, plan) : [];
  await stage.close();
  say(['', began, '', markdown(verdicts), '', ...facts, '', ...grown].join('\n'));
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: began, verdicts, facts, grown }, undefined, 1)}\n`);
  if (values.picture !== undefined) writeFileSync(values.picture, svg(verdicts));
  const failing = verdicts.filter(failsGate);
  if (!values.gate) return;
  for (const { name } of failing) say(`FAIL: ${name} is far below its goal`);
  say(`${verdicts.length - failing.length} passed, ${failing.length} failed`);
  process.exitCode = failing.length > 0 ? 1 : 0;
}

await main();
