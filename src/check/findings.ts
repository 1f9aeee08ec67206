// What did one check find, in words for an operator?

export type Finding =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'wrong'; readonly text: string; readonly hint: string };

export const ok = (text: string): Finding => ({ kind: 'ok', text });
export const wrong = (text: string, hint: string): Finding => ({ kind: 'wrong', text, hint });

export function inWords(finding: Finding): string {
  return finding.kind === 'ok' ? `ok     ${finding.text}` : `WRONG  ${finding.text}\n       hint: ${finding.hint}`;
}
