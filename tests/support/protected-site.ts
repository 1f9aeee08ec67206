// A site behind nginx: recorders in the places of the sidecar and of the application.
import type { ServerResponse } from 'node:http';
import { startNginx } from './nginx.ts';
import type { NginxSpec, TestNginx } from './nginx.ts';
import { startRecorder } from './recorder.ts';
import type { Answer, Recorder } from './recorder.ts';

export interface Site {
  readonly nginx: TestNginx;
  readonly sidecar: Recorder;
  readonly app: Recorder;
  /** What the sidecar's place says to the question of nginx. */
  answerAuth(answer: Answer): void;
  /** What it says on its own pages. */
  answerPages(answer: Answer): void;
  answerApp(answer: Answer): void;
  /** Forgets requests and answers of the test before. */
  reset(): void;
  stop(): Promise<void>;
}

export const allow: Answer = (_, response) => response.writeHead(202, { 'Content-Length': 0 }).end();
export const refuse: Answer = (_, response) => response.writeHead(401).end('Unauthorized\n');
export const forbid: Answer = (_, response) => response.writeHead(403).end('Forbidden\n');
const hello: Answer = (_, response: ServerResponse) => response.end('the application');

export const pagesAndApi = (appPort: number) => `
    location / { include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${appPort}; }
    location /admin/ {
      set $oauth2_require "allowed_groups=admins,/eng/web";
      include oauth2/protect-page.conf;
      proxy_pass http://127.0.0.1:${appPort};
    }
    location /api/ { include oauth2/protect-api.conf; proxy_pass http://127.0.0.1:${appPort}; }
    location /public/ { include oauth2/to-app.conf; proxy_pass http://127.0.0.1:${appPort}; }`;

export async function startSite(
  server: (appPort: number) => string = pagesAndApi,
  spec: Partial<NginxSpec> = {},
): Promise<Site> {
  let [auth, pages, application] = [allow, hello, hello];
  const isAuth = (url: string) => /^\/oauth2\/auth(\?|$)/.test(url);
  const sidecar = await startRecorder((request, response) => (isAuth(request.url) ? auth : pages)(request, response));
  const app = await startRecorder((request, response) => application(request, response));
  const nginx = await startNginx({ sidecarPort: sidecar.port, server: server(app.port), ...spec });
  return {
    nginx,
    sidecar,
    app,
    answerAuth: (answer) => void (auth = answer),
    answerPages: (answer) => void (pages = answer),
    answerApp: (answer) => void (application = answer),
    reset() {
      [auth, pages, application] = [allow, hello, hello];
      sidecar.requests.length = 0;
      app.requests.length = 0;
    },
    async stop() {
      await nginx.stop();
      await Promise.all([sidecar.stop(), app.stop()]);
    },
  };
}

/** A site for one test, gone at its end however it ends. */
export async function withSite(
  server: ((appPort: number) => string) | undefined,
  use: (site: Site) => Promise<void>,
  spec: Partial<NginxSpec> = {},
): Promise<void> {
  const site = await startSite(server, spec);
  try {
    await use(site);
  } finally {
    await site.stop();
  }
}
