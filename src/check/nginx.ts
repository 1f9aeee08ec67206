// nginx-check: does a running nginx protect what is behind it? Seen from outside, as an attacker would (security H-8).
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startEcho } from './echo.ts';
import { authIsInternal, sidecarIsNotFooled, signOutWorks } from './endpoints.ts';
import { inWords, wrong } from './findings.ts';
import type { Finding } from './findings.ts';
import { bodiesDoNotHang, forgeriesAreStopped, strangersStayOutside } from './location.ts';
import type { Target } from './location.ts';

export const nginxCheckUsage = `usage: oauth2-sidecar nginx-check --url URL [--cookie-file FILE] [--echo-port PORT]

Asks a running nginx the way an attacker would, and says what gets through. First let a protected location of nginx lead
to this command's echo:

  location /sidecar-check/ { include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:4190; }

  --url URL            that location as a browser reaches it, e.g. https://site.example/sidecar-check/
  --cookie-file FILE   holds the Cookie header of somebody who is signed in; without it only strangers are tried
  --echo-port PORT     where the echo listens (default 4190)
  --echo-host HOST     on which address (default 127.0.0.1)
  --proxy-prefix PATH  as given to the sidecar (default /oauth2)

Ends with 0 when all is well, 1 when something is wrong, 2 when the command line is.
`;

interface Wish {
  readonly url: URL;
  readonly prefix: URL;
  readonly cookie: string | undefined;
  readonly echo: { readonly host: string; readonly port: number };
}

export async function runNginxCheck(argv: readonly string[], print: (line: string) => void): Promise<number> {
  let wish: Wish | undefined;
  try {
    wish = readWish(argv);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
  }
  if (wish === undefined) {
    print(nginxCheckUsage);
    return argv.includes('--help') ? 0 : 2;
  }
  return check(wish, print);
}

function readWish(argv: readonly string[]): Wish | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      url: { type: 'string' },
      'cookie-file': { type: 'string' },
      'echo-port': { type: 'string', default: '4190' },
      'echo-host': { type: 'string', default: '127.0.0.1' },
      'proxy-prefix': { type: 'string', default: '/oauth2' },
      help: { type: 'boolean' },
    },
  });
  if (values.url === undefined || values.help) return undefined;
  if (!URL.canParse(values.url))
    throw new Error(`--url must be a URL such as https://site.example/sidecar-check/ (got "${values.url}")`);
  const port = Number(values['echo-port']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--echo-port must be a port (got "${values['echo-port']}")`);
  const url = new URL(values.url);
  const file = values['cookie-file'];
  return {
    url,
    prefix: new URL(`${values['proxy-prefix'].replace(/\/$/, '')}/`, url.origin),
    cookie:
      file === undefined
        ? undefined
        : readFileSync(file, 'utf8')
            .trim()
            .replace(/^cookie:\s*/i, ''),
    echo: { host: values['echo-host'], port },
  };
}

async function check({ url, prefix, cookie, echo: address }: Wish, print: (line: string) => void): Promise<number> {
  const target: Target = { url, cookie, key: randomBytes(16).toString('hex') };
  const echo = await startEcho(address, target.key);
  const findings: Finding[] = [];
  try {
    for await (const finding of allFindings(target, prefix)) {
      findings.push(finding);
      print(inWords(finding));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    findings.push(
      wrong(
        `${url.origin} could not be asked: ${reason}`,
        'is nginx running there? for a private CA: NODE_EXTRA_CA_CERTS=FILE',
      ),
    );
    print(inWords(findings.at(-1) as Finding));
  } finally {
    await echo.close();
  }
  const bad = findings.filter(({ kind }) => kind === 'wrong').length;
  print(
    bad === 0 ? 'nginx is set up well' : `${bad} of ${findings.length} findings need your attention; see docs/nginx.md`,
  );
  return bad === 0 ? 0 : 1;
}

async function* allFindings(target: Target, prefix: URL): AsyncGenerator<Finding> {
  yield await authIsInternal(prefix);
  yield await signOutWorks(prefix);
  yield* await sidecarIsNotFooled(prefix, `mark-${target.key}`);
  yield* await strangersStayOutside(target);
  yield await bodiesDoNotHang(target);
  yield* await forgeriesAreStopped(target);
}
