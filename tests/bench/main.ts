// npm run bench: how fast is /oauth2/auth, side by side with bare node:http on this machine?
import { writeFileSync } from 'node:fs';
import { has } from '../support/needs.ts';
import { help, readArguments, type Wishes } from './arguments.ts';
import { openSidecar } from './candidates.ts';
import { coldness } from './coldness.ts';
import { writeDocs } from './docs.ts';
import type { Finding } from './finding.ts';
import { gate } from './gate.ts';
import { independence } from './independence.ts';
import { latency } from './latency.ts';
import { loadText, machineText } from './machine.ts';
import type { Plan } from './measure.ts';
import { memory } from './memory.ts';
import { throughNginx } from './nginx.ts';
import { svg } from './picture.ts';
import { markdown, oneLine, type Verdict } from './report.ts';
import { behindNginx, crowd, options, populations, scenarios, stranger, warm, type Scenario } from './scenarios.ts';
import { openStage, type Stage } from './stage.ts';
import { startTime } from './startup.ts';
import { compare, together } from './throughput.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** What this machine can measure of what is wanted. */
function wanted(all: readonly Scenario[], wishes: Wishes, stage: Stage): readonly Scenario[] {
  return all.filter(({ name, needsRedis }) => {
    if (wishes.only !== undefined && !name.includes(wishes.only)) return false;
    const isPossible = !needsRedis || stage.redis !== undefined;
    if (!isPossible) say(`SKIPPED: ${name} (redis-server is missing, "npm run setup" installs it)`);
    return isPossible;
  });
}

/** Once more where something else may have been to blame: a machine that stood still for seconds breaks connections. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    say(`${String(error)}; once more`);
    return work();
  }
}

async function throughput(stage: Stage, wishes: Wishes, plan: Plan): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  // Another server is compared where both do the same: no log of ours, no store.
  const all = wishes.other === undefined ? [...scenarios, behindNginx] : [warm, stranger];
  for (const scenario of wanted(all, wishes, stage)) {
    if (scenario.isCold) {
      const { requests, openings } = await coldness(stage, scenario);
      say(`${scenario.name}: of ${requests} requests ${Math.min(requests, openings)} opened a session`);
      if (openings < 0.98 * requests) throw new Error(`${scenario.name} is not cold`);
    }
    const company = { express: scenario === warm, other: wishes.other };
    const one = await twice(() => compare(stage, scenario, { plan, company }));
    say(oneLine(one));
    verdicts.push(one);
  }
  return verdicts;
}

/** Everything beside the table, by name. */
function furtherParts(stage: Stage, wishes: Wishes, plan: Plan): Readonly<Record<string, () => Promise<Finding>>> {
  return {
    latency: () => together(stage, warm, (bare, sidecar) => latency(bare, sidecar, plan)),
    start: () => startTime(stage, 2 * plan.rounds + 1),
    memory: async () => {
      const sidecar = await openSidecar(stage, crowd);
      return memory(sidecar, plan, wishes.more).finally(() => sidecar.server.stop());
    },
    ...(has('nginx') && {
      nginx: () => together(stage, behindNginx, (bare, sidecar) => throughNginx(bare, sidecar, plan)),
    }),
    options: () => independence(stage, { title: 'Many options', scenarios: options }, plan),
    sessions: () => independence(stage, { title: 'Many sessions', scenarios: populations }, plan),
  };
}

async function further(stage: Stage, wishes: Wishes, plan: Plan): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (!has('nginx')) say('SKIPPED: nginx ("npm run setup" installs it)');
  for (const [name, work] of Object.entries(furtherParts(stage, wishes, plan))) {
    if (wishes.only !== undefined && !name.includes(wishes.only)) continue;
    const finding = await work();
    say(['', finding.title, ...finding.lines].join('\n'));
    findings.push(finding);
  }
  return findings;
}

async function wholeRun(stage: Stage, wishes: Wishes, plan: Plan): Promise<void> {
  const machine = machineText(wishes.generator);
  const load = { atStart: loadText(), atEnd: '' };
  const verdicts = await throughput(stage, wishes, plan);
  const findings = wishes.other === undefined ? await further(stage, wishes, plan) : [];
  load.atEnd = loadText();
  const table = [
    `${machine}. ${plan.rounds} rounds of ${plan.seconds} s in turn; medians, with the least and the most in brackets.`,
    `Load average (1, 5, 15 minutes) ${load.atStart} at the start, ${load.atEnd} at the end.`,
    ...(verdicts.length > 0 ? ['', markdown(verdicts)] : []),
    ...findings.flatMap(({ title, lines }) => ['', `### ${title}`, '', ...lines]),
  ].join('\n');
  say(`\n${table}`);
  const figures = `${JSON.stringify({ machine, load, plan, verdicts, findings }, undefined, 1)}\n`;
  if (wishes.json === '-') say(figures);
  else if (wishes.json !== undefined) writeFileSync(wishes.json, figures);
  if (wishes.picture !== undefined) writeFileSync(wishes.picture, svg(verdicts, machine));
  if (wishes.isForDocs) await writeDocs(table, svg(verdicts, machine));
}

async function main(): Promise<void> {
  const wishes = readArguments(process.argv.slice(2));
  if (wishes === undefined) return say(help);
  if (process.platform !== 'linux') throw new Error('the bench reads CPU time and memory from /proc: it takes Linux');
  const stage = await openStage(wishes.program);
  const { rounds, seconds, generator } = wishes;
  const plan = { rounds, seconds, warmUpSeconds: 2, generator, folder: stage.folder };
  say(`${machineText(generator)}; load average ${loadText()}`);
  try {
    if (!wishes.isGate) return await wholeRun(stage, wishes, plan);
    const { passed, failed } = await gate(stage, wanted(scenarios, wishes, stage), { plan, say });
    say(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    await stage.close();
  }
}

await main();
