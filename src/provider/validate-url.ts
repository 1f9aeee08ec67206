// Does the provider still take an access token (--validate-url)?
import { ProviderFailure } from './failure.ts';
import { place, type Http } from './http.ts';

/** reference: 200 is a yes. @throws ProviderFailure `unreachable` when the provider could not say */
export async function takesToken(accessToken: string, url: string, http: Http): Promise<boolean> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const { status } = await http.call({ purpose: 'validate_url', url, headers });
  if (status === 200) return true;
  if (status < 500 && status !== 429) return false;
  throw new ProviderFailure('unreachable', 'validate_url_status', `${place(url)} answered ${status}`);
}
