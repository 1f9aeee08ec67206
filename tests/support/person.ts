// A person with one browser: follows redirects, signs in at oidc-provider when asked, and presses what it offers.
import { browser, navigationHeaders, type Answer, type Browser, type Visit } from './browser.ts';

export interface Arrival {
  readonly answer: Answer;
  readonly url: URL;
  /** Every address on the way, without its query. */
  readonly hops: readonly string[];
}

export interface Person {
  readonly browser: Browser;
  /** To the page at the end. @throws after twenty hops, as browsers do */
  visit(url: string | URL): Promise<Arrival>;
}

export interface PersonWish {
  readonly user?: string;
  readonly password?: string;
  /** An address where the way ends: the site behind nginx, which is not there. */
  readonly stopsAt?: (url: URL) => boolean;
}

export function person({ user = 'alice', password = 'wonderland', stopsAt = () => false }: PersonWish = {}): Person {
  const who = browser();
  return {
    browser: who,
    async visit(start) {
      let url = new URL(start);
      let visit: Visit = {};
      const hops: string[] = [];
      for (let hop = 0; hop < 20; hop++) {
        hops.push(url.origin + url.pathname);
        const answer = await who.get(url, visit);
        const next = nextStep(answer, url, { login: user, password });
        if (next === undefined || stopsAt(next.url)) return { answer, url, hops };
        ({ url, visit } = next);
      }
      throw new Error(`too many redirects: ${hops.join(' ')}`);
    },
  };
}

interface Step {
  readonly url: URL;
  readonly visit: Visit;
}

/** Where a redirect or the one form of a page leads; undefined: this is the end. */
function nextStep({ location, text }: Answer, url: URL, login: Record<string, string>): Step | undefined {
  if (location !== undefined) return { url: new URL(location, url), visit: {} };
  const form = /<form[^>]*method="post"[^>]*>/.exec(text)?.[0];
  if (form === undefined) return undefined;
  const action = /action="([^"]*)"/.exec(form)?.[1] ?? '';
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  const pressed = /id="op.logoutForm"/.test(form) ? { logout: 'yes' } : {};
  const filled = text.includes('name="login"') ? login : {};
  const body = new URLSearchParams({ ...fields, ...pressed, ...filled });
  return { url: new URL(action, url), visit: { method: 'POST', body, headers: navigationHeaders } };
}
