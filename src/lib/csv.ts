// What records does a text of fields with separators hold? Strict as RFC 4180 §2, with `#` comments.

export type Csv =
  | { readonly kind: 'records'; readonly records: readonly (readonly string[])[] }
  | { readonly kind: 'malformed'; readonly because: string };

/** One field with its separator; a quoted one may hold commas, doubled quotes and line breaks. */
const fields = {
  ',': /[ \t]*(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>(?:[^",\n \t][^",\n]*)?))(?<end>,|\n|$)/y,
  ':': /[ \t]*(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>(?:[^":\n \t][^":\n]*)?))(?<end>:|\n|$)/y,
} as const;

/** Empty lines are passed over; every record must have as many fields as the first. */
export function parseCsv(text: string, separator: keyof typeof fields = ','): Csv {
  const source = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const records: string[][] = [];
  let position = 0;
  while (position < source.length) {
    const lineEnd = endOfLine(source, position);
    if (source[position] === '\n' || source[position] === '#') {
      position = lineEnd + 1;
      continue;
    }
    const record = readRecord(source, { start: position, separator });
    if (record === undefined) return malformed(source, position, 'a quote is out of place');
    if (records[0] && record.fields.length !== records[0].length) {
      return malformed(source, position, `${record.fields.length} fields instead of ${records[0].length}`);
    }
    records.push(record.fields);
    position = record.next;
  }
  return { kind: 'records', records };
}

interface Place {
  readonly start: number;
  readonly separator: keyof typeof fields;
}

function readRecord(
  source: string,
  { start, separator }: Place,
): { readonly fields: string[]; readonly next: number } | undefined {
  const field = fields[separator];
  const found: string[] = [];
  for (let next = start; ; next = field.lastIndex) {
    field.lastIndex = next;
    const { quoted, plain, end } = field.exec(source)?.groups ?? {};
    if (end === undefined) return undefined;
    found.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== separator) return { fields: found, next: field.lastIndex };
  }
}

function malformed(source: string, position: number, problem: string): Csv {
  return { kind: 'malformed', because: `line ${source.slice(0, position).split('\n').length}: ${problem}` };
}

function endOfLine(source: string, position: number): number {
  const end = source.indexOf('\n', position);
  return end === -1 ? source.length : end;
}
