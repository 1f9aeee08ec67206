// From which address does the client come? (security U-2, H-11, H-12)
import type { NetworkSet } from '../lib/addresses.ts';
import { parseAddress } from '../lib/addresses.ts';

/**
 * The list is read from the right: what a client wrote itself stands to the left of what proxies added. Loopback and
 * named proxies are passed over; if that is all there is, the leftmost counts. Undefined: empty or garbled.
 */
export function clientAddressOf(list: string, proxies: NetworkSet): string | undefined {
  let address: string | undefined;
  for (const element of list.split(',').toReversed()) {
    address = addressOf(withoutBlanks(element));
    if (address === undefined || !proxies.contains(address)) return address;
  }
  return address;
}

/** `10.1.1.1`, `10.1.1.1:80`, `[::1]`, `[::1]:80`, `::1` */
export function addressOf(element: string): string | undefined {
  const { bracketed, plain } =
    /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[\d.]+))(?::\d{1,5})?$/.exec(element)?.groups ?? {};
  return parseAddress(bracketed ?? plain ?? element);
}

/** HTTP's blanks only, where trim() would drop more. By hand: a pattern for both ends is slow for blanks in the middle. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
