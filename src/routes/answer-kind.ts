// In which form does a requester understand an error?
import type { Request } from 'express';
import { kindOfRequest } from '../request/navigation.ts';

/**
 * A page for people, JSON for scripts. --force-json-errors and --api-route are about the site, whose handler knows them;
 * our own endpoints show pages all the same (reference).
 */
export function answerKind(req: Request): 'page' | 'json' {
  return kindOfRequest(req.headers, req.method).kind === 'script' ? 'json' : 'page';
}
