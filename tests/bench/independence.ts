// Does a request cost more when there is more of something? All variants of the service take turns, against the first.
import { askInTurn } from './ask-in-turn.ts';
import { openSidecar } from './candidates.ts';
import { goal, type Finding } from './finding.ts';
import { cpuOf, cpuRatio, measure, type Candidate, type Plan } from './measure.ts';
import type { Scenario } from './scenarios.ts';
import { range, times } from './spread.ts';
import type { Stage } from './stage.ts';

const limit = 1.3;

export interface Group {
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

export async function independence(stage: Stage, { title, scenarios }: Group, plan: Plan): Promise<Finding> {
  const candidates: Candidate[] = [];
  try {
    for (const scenario of scenarios) {
      const candidate = { ...(await openSidecar(stage, scenario)), name: scenario.name };
      candidates.push(candidate);
      await askInTurn(candidate, 1); // everybody was here before it counts
    }
    const measured = await measure(candidates, plan);
    const [first] = measured;
    if (first === undefined) throw new Error('nothing was measured');
    const rows = measured.map((one) => {
      const compared = cpuRatio(one, first);
      const said = one === first ? '' : `${times(compared)} (${goal('under 1.3 ×', compared.median < limit)})`;
      return `| ${one.name} | ${range(cpuOf(one), 2)} | ${said} |`;
    });
    return {
      title,
      lines: ['| | CPU s per 100,000 | against the first |', '|---|--:|--:|', ...rows],
      figures: measured,
    };
  } finally {
    for (const { server } of candidates) await server.stop();
  }
}
