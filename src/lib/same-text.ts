// Are two texts the same? The time that the answer takes tells nothing of what they have in common (security C-7, M27).
import { timingSafeEqual } from 'node:crypto';

export function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
