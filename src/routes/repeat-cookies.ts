// How does nginx learn of the second and further Set-Cookie lines of an auth_request?
import type { ServerResponse } from 'node:http';

/** As many as nginx/ask-sidecar.conf reads. */
const readByNginx = 6;

/**
 * nginx 1.22 can name only the first Set-Cookie of a subrequest, later ones only all in one text, so each further line is
 * repeated under a name of its own (security X-6). Subrequest headers go no further than nginx.
 */
export function repeatCookies(res: ServerResponse): void {
  const lines = [res.getHeader('Set-Cookie') ?? []].flat();
  for (const [index, line] of lines.slice(0, readByNginx).entries()) {
    if (index > 0) res.setHeader(`X-Sidecar-Set-Cookie-${index + 1}`, String(line));
  }
}
