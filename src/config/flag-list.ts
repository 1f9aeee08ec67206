// Which elements does one list flag hold? One CSV record, as Go's encoding/csv reads it.

const quotedField = /"((?:[^"]|"")*)"(,|\r?\n|$)/y;
const plainField = /([^",\n]*)(,|\n|$)/y;

/** Undefined when a quote is out of place. Only the first line counts; nothing is trimmed. */
export function parseFlagList(text: string): readonly string[] | undefined {
  if (text === '') return [];
  const elements: string[] = [];
  let position = 0;
  for (;;) {
    const isQuoted = text[position] === '"';
    const field = isQuoted ? quotedField : plainField;
    field.lastIndex = position;
    const match = field.exec(text);
    if (match === null) return undefined;
    const [, content = '', end = ''] = match;
    elements.push(isQuoted ? content.replaceAll('""', '"') : end === '\n' ? content.replace(/\r$/, '') : content);
    if (end !== ',') return elements;
    position = field.lastIndex;
  }
}
