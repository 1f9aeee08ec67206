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
    address = addressOf(element.replace(/^[ \t]+|[ \t]+$/g, '')); // trim() would drop more than HTTP's blanks
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
