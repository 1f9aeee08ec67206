// Which texts can be cookie secrets?

export const secretRemedy = 'make one with: openssl rand -base64 32';

export interface SecretFault {
  readonly what: string;
  readonly remedy: string;
}

/** C-9: any text of at least 16 bytes; keys are derived from it. Blanks at the end do not count for that. */
export function faultOf(secrets: readonly string[], at: number): SecretFault | undefined {
  const secret = secrets[at] ?? '';
  const bytes = Buffer.byteLength(secret);
  if (bytes < 16) return unfit(`must hold at least 16 bytes, but has ${bytes}`);
  if (secret.trimEnd() === '') return unfit('is blank');
  const isRepeated = secrets.slice(0, at).some((earlier) => earlier.trimEnd() === secret.trimEnd());
  return isRepeated ? { what: 'is the same secret as one before it', remedy: 'leave one of them' } : undefined;
}

function unfit(what: string): SecretFault {
  return { what, remedy: secretRemedy };
}
