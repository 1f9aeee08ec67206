// How many requests a second? One scenario: the service beside bare node:http, and beside others where that says something.
import { openOther, type Other } from './against.ts';
import { openSidecar, openYardstick } from './candidates.ts';
import { measure, type Candidate, type Plan } from './measure.ts';
import { verdict, type Verdict } from './report.ts';
import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';

export interface Company {
  readonly express: boolean;
  readonly other: Other | undefined;
}

const alone: Company = { express: false, other: undefined };

export async function compare(
  stage: Stage,
  scenario: Scenario,
  { plan, company = alone }: { readonly plan: Plan; readonly company?: Company },
): Promise<Verdict> {
  return together(stage, scenario, async (bare, sidecar) => {
    const further: Candidate[] = [];
    try {
      if (company.express) further.push(await openYardstick('express', sidecar, 1));
      if (company.other !== undefined) further.push(await openOther(stage, company.other, scenario));
      return verdict(scenario, await measure([bare, sidecar, ...further], plan));
    } finally {
      for (const { server } of further) await server.stop();
    }
  });
}

/** The service and its yardstick, for as long as the work takes. */
export async function together<T>(
  stage: Stage,
  scenario: Scenario,
  work: (bare: Candidate, sidecar: Candidate) => Promise<T>,
): Promise<T> {
  const sidecar = await openSidecar(stage, scenario);
  try {
    const bare = await openYardstick('bare', sidecar, scenario.workers);
    try {
      return await work(bare, sidecar);
    } finally {
      await bare.server.stop();
    }
  } finally {
    await sidecar.server.stop();
  }
}
