// {prefix}/start: begins a sign-in.
import type { RequestHandler } from 'express';
import type { BeginSignIn } from './begin-sign-in.ts';
import { refuseScripts } from './gate.ts';
import type { ReadAsked } from './asked.ts';

export interface StartParts {
  readonly readAsked: ReadAsked;
  readonly beginSignIn: BeginSignIn;
}

export function start({ readAsked, beginSignIn }: StartParts): RequestHandler {
  return async (req, res) => {
    refuseScripts(req);
    const { returnTo, parameters } = await readAsked(req);
    await beginSignIn(req, res, { returnTo, otherAccount: parameters.get('account') === 'other' });
  };
}
