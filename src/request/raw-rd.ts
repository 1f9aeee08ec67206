// Which target does an unencoded `rd` mean?
import { escapedBytes, textOf } from './bytes.ts';

interface RawRd {
  /** Where the parameter begins in the query. */
  readonly start: number;
  /** Its value, to the end of the query. */
  readonly written: string;
}

/**
 * `rd=$scheme://$host$request_uri` is widely documented and encodes nothing, so the first & of the target would end it
 * (security RD-7). Hence: when the first `rd` holds a raw `?` as written, its value runs to the end of the query.
 */
export function findRawRd(rawQuery: string, { semicolons }: { readonly semicolons: boolean }): RawRd | undefined {
  const match = (semicolons ? /(?:^|[&;])rd=(?<value>[^&;]*)/ : /(?:^|&)rd=(?<value>[^&]*)/).exec(rawQuery);
  const value = match?.groups?.['value'];
  if (!match || !value?.includes('?')) return undefined;
  return { start: match.index, written: rawQuery.slice(match.index + match[0].length - value.length) };
}

/**
 * A target in plain sight is taken to the letter: decoding would turn its %26 into a further parameter. Anything else
 * was encoded in part, and is decoded as any parameter. Undefined: a % without two digits.
 */
export function rawRdValue(written: string): string | undefined {
  if (/^(?:\/|https?:\/\/)/.test(written)) return textOf(written);
  if (/%(?![0-9a-f]{2})/i.test(written)) return undefined;
  return new URLSearchParams(`rd=${escapedBytes(written).replaceAll('&', '%26')}`).get('rd') ?? undefined;
}
