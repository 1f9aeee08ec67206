// {prefix}/start: begins a sign-in.
import type { RequestHandler } from 'express';
import type { BeginSignIn } from './begin-sign-in.ts';
import { refuseScripts } from './gate.ts';
import type { ReadAsked } from './asked.ts';
import { refuseUnknownSessions, type SessionKnownParts } from './session-unknown.ts';

export interface StartParts extends SessionKnownParts {
  readonly readAsked: ReadAsked;
  readonly beginSignIn: BeginSignIn;
}

export function start(parts: StartParts): RequestHandler {
  const { readAsked, beginSignIn } = parts;
  return async (req, res) => {
    refuseScripts(req);
    await refuseUnknownSessions(parts, req);
    const { returnTo, parameters } = await readAsked(req);
    await beginSignIn(req, res, {
      returnTo,
      otherAccount: parameters.get('account') === 'other',
      asked: parameters.getAll,
    });
  };
}
