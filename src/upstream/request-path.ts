// Which path does a request target name, byte for byte? Strings hold one byte per character (latin1), as Node reads them.

export interface SplitTarget {
  /** Still percent-encoded. */
  readonly path: string;
  /** With its `?`; empty without. */
  readonly query: string;
}

/** RFC 9112 §3.2: origin form, or absolute form, whose authority is none of ours to judge. */
export function splitTarget(target: string): SplitTarget {
  const { path = '', query = '' } =
    /^(?:[a-z][a-z\d+.-]*:\/\/[^/?]*)?(?<path>[^?]*)(?<query>\?.*)?$/is.exec(target)?.groups ?? {};
  return { path: path === '' ? '/' : path, query };
}

/** Undefined when an escape is broken. */
export function decodedPath(path: string): string | undefined {
  if (/%(?![\da-f]{2})/i.test(path)) return undefined;
  return path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** RFC 3986 §3.3, without the characters that a browser might read as something else. */
export function encodePath(path: string): string {
  return path.replace(/[^\w.~$&+,/:;=@-]/g, percentEncoded);
}

/** The same for a path whose escapes are to stay as they are. */
export function encodeRawPath(path: string): string {
  return path.replace(/[^\w.~$&+,/:;=@%-]/g, percentEncoded);
}

export function percentEncoded(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
