// How does the client say who it is, where nobody but the provider listens? RFC 6749 §2.3.1.
import type { Metadata } from './metadata.ts';

export type ClientStyle = 'client_secret_basic' | 'client_secret_post' | 'none';

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/** Basic is what every server must understand; the body only where it says that it takes nothing else. */
export function announcedStyle({ clientAuthMethods }: Metadata, secret: string): ClientStyle {
  if (secret === '') return 'none';
  const isPostOnly =
    clientAuthMethods?.includes('client_secret_post') && !clientAuthMethods.includes('client_secret_basic');
  return isPostOnly ? 'client_secret_post' : 'client_secret_basic';
}

export function credentials(style: ClientStyle, clientId: string, secret: string): Credentials {
  switch (style) {
    case 'none':
      return { headers: {}, form: { client_id: clientId } };
    case 'client_secret_post':
      return { headers: {}, form: { client_id: clientId, client_secret: secret } };
    case 'client_secret_basic':
      return { headers: { authorization: basicCredentials(clientId, secret) }, form: {} };
  }
}

export function basicCredentials(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString('base64')}`;
}

/** RFC 6749 §2.3.1 and appendix B, as the reference does it (url.QueryEscape). */
function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
