// Is anything wrong by a factor? A short run for CI, with margins that a busy machine does not use up.
import type { Plan } from './measure.ts';
import { failsGate, oneLine } from './report.ts';
import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { compare } from './throughput.ts';

/** Enough that none is remembered until its next turn. */
const coldSessions = 4_000;

export interface Counted {
  readonly passed: number;
  readonly failed: number;
}

export async function gate(
  stage: Stage,
  scenarios: readonly Scenario[],
  { plan, say }: { readonly plan: Plan; readonly say: (line: string) => void },
): Promise<Counted> {
  let [passed, failed] = [0, 0];
  for (const scenario of scenarios) {
    const short = { ...scenario, sessions: Math.min(coldSessions, scenario.sessions) };
    // Once more before it counts: something else may have had the machine meanwhile.
    const isFine = (await stands(stage, short, { plan, say })) || (await stands(stage, short, { plan, say }));
    if (isFine) passed += 1;
    else failed += 1;
    if (!isFine) say(`FAIL: ${scenario.name} is far below ${scenario.today ? 'what it was' : 'its goal'}`);
  }
  return { passed, failed };
}

async function stands(
  stage: Stage,
  scenario: Scenario,
  { plan, say }: { readonly plan: Plan; readonly say: (line: string) => void },
): Promise<boolean> {
  try {
    const one = await compare(stage, scenario, { plan: { ...plan, warmUpSeconds: scenario.isCold ? 2 : 1 } });
    say(oneLine(one));
    return !failsGate({ ...one, goal: scenario.today ?? one.goal });
  } catch (error) {
    say(`${scenario.name}: ${String(error)}`);
    return false;
  }
}
