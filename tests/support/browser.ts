// A browser in a few lines: cookies, no redirects followed, the headers of a navigation.

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | undefined;
  readonly setCookies: readonly string[];
  readonly text: string;
}

export interface Visit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
}

export interface Browser {
  readonly cookies: Map<string, string>;
  get(url: string | URL, visit?: Visit): Promise<Answer>;
}

/** What a browser sends when a person follows a link. */
export const navigationHeaders = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

export function browser(cookies = new Map<string, string>()): Browser {
  return {
    cookies,
    async get(url, { method = 'GET', headers = navigationHeaders, body } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: { ...headers, ...(cookie && { cookie }) },
        ...(body !== undefined && { body }),
      });
      const setCookies = response.headers.getSetCookie();
      for (const line of setCookies) keep(cookies, line);
      const location = response.headers.get('location') ?? undefined;
      return { status: response.status, headers: response.headers, location, setCookies, text: await response.text() };
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const name = pair.slice(0, pair.indexOf('='));
  const isOver = attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0');
  if (isOver) cookies.delete(name);
  else cookies.set(name, pair.slice(name.length + 1));
}
