// Does anybody notice when provider, workers, replicas, Redis and its master go away in turn, while requests go on?
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { copyOf } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { startSentinels, type RedisSentinels } from '../support/redis-groups.ts';
import { steadyLoad, type SteadyLoad } from '../support/steady-load.ts';
import { endAll, freePort, startService, type Service } from './program.ts';

const people = 8;

interface Site {
  readonly idp: BendableIdp;
  readonly redis: RedisSentinels;
  readonly nginx: TestNginx;
  readonly ports: readonly number[];
  readonly replicas: Service[];
  restart(which: number): Promise<void>;
}

needs('nginx', 'redis-server')('two replicas with two workers each, under load', () => {
  let idp: BendableIdp;
  let redis: RedisSentinels;
  const app = createServer((request, response) => request.resume().on('end', () => response.end('hello')));
  beforeAll(async () => {
    [idp, redis] = await Promise.all([bendableIdp(), startSentinels({ args: ['--appendonly', 'yes'] })]);
    await once(app.listen(0, '127.0.0.1'), 'listening');
  }, 60_000);
  afterAll(async () => {
    await endAll();
    app.closeAllConnections();
    app.close();
    await idp.close();
    await redis.close();
  });

  async function build(store: string): Promise<Site> {
    const ports = [await freePort(), await freePort()];
    const replica = (port = 0): Promise<Service> =>
      startService([
        `--http-address=127.0.0.1:${port}`,
        `--oidc-issuer-url=${idp.issuer}`,
        ...['--client-id=the-client', '--client-secret=the-secret', '--reverse-proxy', '--skip-provider-button'],
        ...['--workers=2', '--request-logging=false', '--auth-logging=false', '--cookie-refresh=3s'],
        ...[`--session-store-type=${store}`, '--redis-use-sentinel', '--redis-sentinel-master-name=main'],
        ...redis.urls.map((url) => `--redis-sentinel-connection-urls=${url}`),
      ]);
    const replicas = await Promise.all(ports.map(replica));
    const nginx = await startNginx({
      sidecarPort: ports,
      http: `log_format asked '$uri $status';`,
      server: `
        log_subrequest on;
        access_log asked.log asked;
        location / { include oauth2/protect-api.conf; proxy_pass http://127.0.0.1:${(app.address() as AddressInfo).port}; }`,
    });
    for (const port of ports)
      await eventually('a replica to be ready', async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok);
    return {
      ...{ idp, redis, nginx, ports, replicas },
      async restart(which) {
        replicas[which]?.signal('SIGTERM');
        expect((await replicas[which]?.ended())?.code).toBe(0);
        replicas[which] = await replica(ports[which]);
      },
    };
  }

  test.each(['redis', 'cookie'])(
    'nobody is signed out, auth says nothing but 202 and 401, and no session is lost; sessions in: %s',
    async (store) => {
      const site = await build(store);
      const who = await Promise.all(Array.from({ length: people }, () => signedIn(site.nginx.url, idp)));
      const load = steadyLoad({ url: site.nginx.url, people: who, tabs: 3, pauseMs: 60 });
      const began: Record<string, number> = {};
      try {
        for (const [name, happens] of Object.entries(events)) {
          began[name] = idp.calls.length;
          load.phase(name);
          await happens(site);
        }
      } finally {
        await load.stop();
      }
      const asked = site.nginx.log('asked.log').match(/^\/oauth2\/auth \d+$/gm) ?? [];
      await site.nginx.stop();
      const twice = usedTwice(idp, began);
      console.log(reported(store, load, twice));

      expect(load.signOuts).toEqual([]);
      for (const [name, counts] of load.heard) {
        const allowed = name === 'Redis away' || name === 'master killed' ? ['200', '401'] : ['200'];
        expect([name, Object.keys(counts).filter((status) => !allowed.includes(status))]).toEqual([name, []]);
      }
      expect(asked.length).toBeGreaterThan(1000);
      expect(asked.filter((line) => !/ (202|401)$/.test(line))).toEqual([]);
      // What dies with its answer, or before it is copied, nobody can know of.
      const { 'workers killed': _killed, 'Redis away': _away, 'master killed': _failover, ...needless } = twice;
      expect(needless).toEqual({});
      for (const one of who)
        for (const port of site.ports)
          for (let i = 0; i < 6; i++)
            expect((await copyOf(one).get(`http://127.0.0.1:${port}/oauth2/auth`)).status).toBe(202);
    },
    120_000,
  );
});

/** What happens, in this order. */
const events: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  'all is well': () => sleep(3500), // everybody has been refreshed once
  async 'provider away'({ idp }) {
    await idp.away();
    await sleep(2500);
    await idp.back();
    await sleep(500);
  },
  async 'workers killed'({ replicas }) {
    for (const service of replicas) await killWorker(service);
  },
  async 'replica restarted'({ restart }) {
    await restart(0);
    await sleep(500);
  },
  async 'Redis away'({ redis: { servers }, replicas }) {
    await Promise.all(servers.map((one) => one.stop()));
    await sleep(1000);
    if (replicas[1]) await killWorker(replicas[1]); // its successor has seen nobody, and knows nobody until Redis is back
    await sleep(1500);
    await Promise.all(servers.map((one) => one.start()));
    await sleep(500);
  },
  async 'master killed'({ redis }) {
    const port = await redis.masterPort();
    const master = redis.servers.find((one) => one.port === port);
    await master?.kill();
    await eventually('another master', async () => (await redis.masterPort()) !== port);
    await sleep(1000);
    await master?.start();
    await sleep(1000);
  },
};

/** A refresh token that was presented twice, as a provider with rotation would see it, by what happened meanwhile. */
function usedTwice(idp: BendableIdp, began: Readonly<Record<string, number>>): Record<string, number> {
  const seen = new Set<string>();
  const twice: Record<string, number> = {};
  for (const [i, { endpoint, form }] of idp.calls.entries()) {
    const token = form.get('refresh_token') ?? '';
    if (endpoint !== 'refresh') continue;
    const name = Object.entries(began).findLast(([, first]) => first <= i)?.[0] ?? '';
    if (seen.has(token)) twice[name] = (twice[name] ?? 0) + 1;
    seen.add(token);
  }
  return twice;
}

function reported(store: string, { heard, slowest }: SteadyLoad, twice: Record<string, number>): string {
  const lines = [...heard].map(([name, counts]) => {
    const reuse = twice[name] ? `, ${twice[name]} refresh tokens used twice` : '';
    return `${name}: ${JSON.stringify(counts)}, slowest ${slowest.get(name)} ms${reuse}`;
  });
  return [`chaos, sessions in ${store}`, ...lines].join('\n  ');
}

/** As the kernel does when memory is short; resolves when another serves in its place. */
async function killWorker(service: Service): Promise<void> {
  const replaced = () => service.out().split('a worker serves in place of another').length;
  const before = replaced();
  const [victim] = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8').split(' ');
  process.kill(Number(victim), 'SIGKILL');
  await eventually('a worker in its place', () => replaced() > before);
}

async function signedIn(origin: string, idp: BendableIdp): Promise<Browser> {
  const who = browser();
  const { location = '' } = await who.get(`${origin}/oauth2/start`);
  const back = await idp.signIn(location);
  expect((await who.get(`${origin}${back.pathname}${back.search}`)).status).toBe(302);
  return who;
}
