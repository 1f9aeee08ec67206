// Does nobody notice when the replicas behind nginx are restarted one after the other, while requests go on?
import { createServer } from 'node:http';
import { once } from 'node:events';
import { request as ask, Agent, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { needs } from '../support/needs.ts';
import { startNginx } from '../support/nginx.ts';
import { endAll, startService, type Service } from './program.ts';

afterEach(endAll);

interface Load {
  readonly statuses: Map<string, number>;
  stop(): Promise<void>;
}

/** So many clients that ask one after the other, with connections of their own to nginx. */
function steadyLoad(url: string, cookie: string): Load {
  const statuses = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  let goesOn = true;
  const client = async (method: string) => {
    while (goesOn) {
      const key = `${method} ${await statusOf({ url, method, cookie, agent })}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      await sleep(2);
    }
  };
  const clients = ['GET', 'GET', 'GET', 'POST', 'POST', 'GET'].map(client);
  return {
    statuses,
    async stop() {
      goesOn = false;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

async function statusOf(given: {
  url: string;
  method: string;
  cookie: string;
  agent: Agent;
}): Promise<number | string> {
  const outgoing = ask(given.url, { method: given.method, agent: given.agent, headers: { cookie: given.cookie } });
  outgoing.end(given.method === 'POST' ? 'x=1' : undefined);
  try {
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await incoming.resume().toArray();
    return incoming.statusCode ?? 0;
  } catch (error) {
    return String(error);
  }
}

needs('nginx')('two replicas behind nginx, restarted in turn', () => {
  let idp: BendableIdp;
  const upstream = createServer((request, response) => request.resume().on('end', () => response.end('hello')));
  beforeAll(async () => {
    idp = await bendableIdp();
    await once(upstream.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    upstream.closeAllConnections();
    upstream.close();
    await idp.close();
  });

  async function stage(...argv: readonly string[]) {
    const ports = [await freePort(), await freePort()] as const;
    const replica = (port: number): Promise<Service> =>
      startService([
        `--http-address=127.0.0.1:${port}`,
        `--oidc-issuer-url=${idp.issuer}`,
        '--client-id=the-client',
        '--client-secret=the-secret',
        '--skip-provider-button',
        '--reverse-proxy',
        '--request-logging=false',
        `--upstream=http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`,
        ...argv,
      ]);
    const replicas = await Promise.all(ports.map(replica));
    const nginx = await startNginx({
      sidecarPort: 9,
      ownEndpoints: true,
      http: `upstream replicas {
        server 127.0.0.1:${ports[0]} max_fails=0; server 127.0.0.1:${ports[1]} max_fails=0; keepalive 32;
      }
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_next_upstream error timeout;`,
      server: `
        location = /auth { internal; proxy_pass http://replicas/oauth2/auth; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
        location /behind/ { auth_request /auth; proxy_pass http://127.0.0.1:${(upstream.address() as AddressInfo).port}; }
        location / { proxy_pass http://replicas; }`,
    });
    return { replicas, restart: replica, ports, nginx };
  }

  test.each<[string, string, readonly string[]]>([
    ['auth_request, one process each', '/behind/', []],
    ['auth_request, two workers each', '/behind/', ['--workers=2']],
    ['as a proxy, POST included, which nginx never repeats', '/', []],
  ])('%s: 0 answers other than 200', async (_, path, argv) => {
    const { replicas, restart, ports, nginx } = await stage(...argv);
    try {
      const who = browser();
      const origin = `http://127.0.0.1:${ports[0]}`;
      const back = await idp.signIn((await who.get(`${origin}/oauth2/start`)).location ?? '');
      expect((await who.get(`${origin}${back.pathname}${back.search}`)).status).toBe(302);
      const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const load = steadyLoad(`${nginx.url}${path}`, cookie);
      await sleep(300);
      for (const [i, port] of ports.entries()) {
        replicas[i]?.signal('SIGTERM');
        expect((await replicas[i]?.ended())?.code).toBe(0);
        await restart(port);
        await sleep(300);
      }
      await load.stop();
      expect([...load.statuses.keys()].sort()).toEqual(['GET 200', 'POST 200']);
      expect(load.statuses.get('GET 200')).toBeGreaterThan(200);
      expect(load.statuses.get('POST 200')).toBeGreaterThan(100);
    } finally {
      await nginx.stop();
    }
  });
});
