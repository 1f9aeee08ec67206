// Which issuer and audience does an entry of --extra-jwt-issuers name?
import { httpUrl } from './checkup.ts';

export interface JwtIssuer {
  readonly issuer: string;
  readonly audience: string;
}

/** `ISSUER=AUDIENCE`: the audience is what stands behind the last `=` (reference). */
export function jwtIssuer(entry: string): JwtIssuer {
  const at = entry.lastIndexOf('=');
  return { issuer: entry.slice(0, Math.max(0, at)), audience: at < 0 ? '' : entry.slice(at + 1) };
}

/** What is wrong with an entry; undefined when it can be used. */
export function jwtIssuerProblem(entry: string): string | undefined {
  const { issuer, audience } = jwtIssuer(entry);
  if (issuer === '' || audience === '') return 'must be ISSUER=AUDIENCE';
  return httpUrl(issuer) === undefined ? 'must begin with an http or https URL' : undefined;
}
