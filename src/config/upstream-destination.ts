// Where does an upstream lead? What its uri says.
import { httpUrl, withoutPassword } from './checkup.ts';

export type Destination =
  | { readonly kind: 'http'; readonly origin: URL; readonly socketPath: string | undefined }
  | { readonly kind: 'files'; readonly root: string }
  | { readonly kind: 'static'; readonly status: number };

export interface UpstreamProblem {
  /** Begins with the upstream's name. */
  readonly what: string;
  readonly remedy?: string | undefined;
}

/** `name` is what a problem calls the upstream. */
export function destinationOf(uri: string, name: string): Destination | UpstreamProblem {
  if (uri === '') return { what: `${name} has no uri`, remedy: 'only a static upstream needs none' };
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*):(.*)$/is.exec(uri) ?? [];
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https': {
      const origin = httpUrl(uri);
      return origin ? { kind: 'http', origin, socketPath: undefined } : { what: `${name} is no usable URL` };
    }
    case 'unix': {
      const socketPath = localPath(rest);
      if (socketPath === undefined) return { what: `${name} names no socket`, remedy: 'write unix:///run/app.sock' };
      return { kind: 'http', origin: new URL('http://localhost'), socketPath };
    }
    case 'file': {
      const root = localPath(rest);
      return root === undefined
        ? { what: `${name} names no folder`, remedy: 'write file:///var/www/#/' }
        : { kind: 'files', root };
    }
    default:
      return {
        what: `${name} must begin with http://, https://, unix://, file:// or static://`,
        remedy: scheme === '' || !rest.startsWith('//') ? `did you mean http://${withoutPassword(uri)}?` : undefined,
      };
  }
}

/** `///var/www` or `/var/www`, without query and fragment; a host is refused, for the reference would take its name for nothing. */
function localPath(rest: string): string | undefined {
  const [, path = ''] = /^(?:\/\/)?(\/[^?#]*)/.exec(rest) ?? [];
  if (path === '' || path.startsWith('//')) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
