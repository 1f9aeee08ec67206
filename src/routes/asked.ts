// What does a request ask of one of our endpoints: its parameters, and where the user wants to go?
import type { IncomingMessage } from 'node:http';
import { Problem } from '../lib/problem.ts';
import { queryOf, readAllParameters, readParameters, type Parameters } from '../request/parameters.ts';
import type { ReturnTargets } from '../request/read-return-to.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { Visits } from './visit.ts';

export type ReadParameters = (req: IncomingMessage) => Promise<Parameters>;

export interface Asked {
  readonly parameters: Parameters;
  readonly returnTo: ReturnTo;
}

export type ReadAsked = (req: IncomingMessage) => Promise<Asked>;

export interface AskedParts {
  readonly visits: Visits;
  readonly targets: ReturnTargets;
  /** --allow-query-semicolons */
  readonly semicolons: boolean;
}

/** Parameters of query and form. @throws Problem 400 when they cannot be read */
export function parametersReader(semicolons: boolean, rdToEnd: boolean): ReadParameters {
  return async (req) => {
    const read = await readAllParameters(req, { semicolons, rdToEnd });
    if (read.kind === 'ok') return read;
    throw new Problem({
      status: 400,
      reason: `parameters_${read.because}`,
      message: 'The address of this page is damaged. Please go back to the site and try again.',
      debug: `the parameters of the request cannot be read: ${read.because}`,
    });
  };
}

export function askedReader({ visits, targets, semicolons }: AskedParts): ReadAsked {
  const readParameters = parametersReader(semicolons, true);
  return async (req) => {
    const parameters = await readParameters(req);
    return { parameters, returnTo: targets.read(req, visits.of(req).original, parameters) };
  };
}

/** For the buttons of an error page: where the user wanted to go, as far as that can be read. */
export function readableParameters(req: IncomingMessage, semicolons: boolean) {
  const read = readParameters(queryOf(req.url ?? ''), { semicolons, rdToEnd: true });
  return read.kind === 'ok' ? read : undefined;
}
