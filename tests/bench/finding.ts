// What did one measurement find? Lines for people, and every figure for programs.

export interface Finding {
  readonly title: string;
  /** Markdown. */
  readonly lines: readonly string[];
  readonly figures: unknown;
}

/** With a mark for those who look for what is not reached. */
export function goal(text: string, isMet: boolean): string {
  return `goal: ${text} ${isMet ? '✓' : '✗'}`;
}
