// Where does a user end up who signs in at the provider? A browser of a few lines: redirects, cookies, one form.

export interface Visitor {
  readonly issuer: string;
  readonly user: string;
  readonly password: string;
}

/** Follows redirects and fills in forms until the provider sends the browser away; returns where to. */
export async function browse(start: URL | string, { issuer, user, password }: Visitor): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    if (url.origin !== issuer) return url;
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      body: form ?? null,
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    form = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
    } else {
      const text = await response.text();
      if (response.status !== 200 || !text.includes('<form method="post">')) {
        throw new Error(`the provider answered ${response.status} at ${url.pathname}`);
      }
      form = new URLSearchParams({ login: user, password });
    }
  }
  throw new Error('the provider never sent the browser away');
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  if (value === '' || /expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}
