// Would every parser read this JSON text alike? Two of them may keep different ones of a doubled name.

export type JsonProblem = 'duplicate_name' | 'too_deep';

/** A string (with the colon that makes it a name), or a bracket; everything else does not matter here. */
const token = /("(?:[^"\\]+|\\.)*")(\s*:)?|[{}[\]]/gs;

/** Expects a text that JSON.parse accepts. */
export function jsonProblem(text: string, maxDepth = 32): JsonProblem | undefined {
  const open: Set<string>[] = [];
  for (const [bracket, string, colon] of text.matchAll(token)) {
    if (string !== undefined) {
      if (colon === undefined) continue;
      // Names are compared unescaped: "a" and "\u0061" are the same.
      const name = String(JSON.parse(string));
      if (open.at(-1)?.has(name)) return 'duplicate_name';
      open.at(-1)?.add(name);
    } else if (bracket === '{' || bracket === '[') {
      if (open.push(new Set()) > maxDepth) return 'too_deep';
    } else {
      open.pop();
    }
  }
  return undefined;
}
