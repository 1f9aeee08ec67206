// How does a text look inside one log line, whatever bytes a stranger put into it (security O-3)?

/** Everything but letters, marks, numbers, punctuation, symbols and the blank: line ends, escape codes, bidi controls. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const plainAscii = /^[\x20-\x7e]*$/;
/** Long enough for any honest value; a line of 100 KiB would hide its neighbours. */
const maxLength = 2048;

const shortEscapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const hex = (code: number, width: number) => code.toString(16).padStart(width, '0');

/** The escapes of Go's strconv.Quote, so that lines read as the reference's. */
function goEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return shortEscapes[character] ?? `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

/** On one line, and nothing in it that a terminal obeys. */
export function printable(text: string): string {
  return plainAscii.test(text) ? text : text.replace(unprintable, goEscape);
}

/** `printable`, and without blanks: for columns that a reader tells apart by blanks. */
export function column(text: string): string {
  return printable(text).replaceAll(' ', '\\x20');
}

/** In quotes (Go: %q). */
export function quoted(text: string): string {
  return `"${printable(text.replace(/["\\]/g, '\\$&'))}"`;
}

/** JSON on one line; also what JSON.stringify leaves raw (DEL, C1, U+2028, bidi controls) is escaped. */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  if (plainAscii.test(json)) return json;
  return json.replace(unprintable, (character) =>
    [...Array(character.length).keys()].map((i) => `\\u${hex(character.charCodeAt(i), 4)}`).join(''),
  );
}

export function cut(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** Header and request-line bytes reach us as latin1; shown as the UTF-8 they mostly are. */
export function fromWire(text: string): string {
  if (plainAscii.test(text) || /[^\x00-\xff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}
