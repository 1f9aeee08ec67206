// What did a pure function make of this text before? For texts that come again and again, such as the client of a connection.

const entryLimit = 2_000;
/** Longer texts are strangers' and seldom come twice. */
const longest = 512;

/** Forgets everything when it is full: cheaper than knowing what was used last, and as good for what comes all the time. */
export function remembered(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (text.length > longest) return made;
    if (known.size >= entryLimit) known.clear();
    known.set(text, made);
    return made;
  };
}
