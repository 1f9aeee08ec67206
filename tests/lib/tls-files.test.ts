// The specification of src/lib/tls-files.ts: a certificate is renewed while people are connected.
import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { followTls, type FollowedTls } from '../../src/lib/tls-files.ts';
import { createLogger } from '../../src/lib/logger-winston.ts';
import { needs } from '../support/needs.ts';
import { greeter, shakeHands, startWorkshop, type MadePair, type Workshop } from '../support/tls.ts';
import { collector, defaults, noonMs } from './logged.ts';

needs('openssl')('a certificate that is renewed', () => {
  let workshop: Workshop;
  const pairs = new Map<string, MadePair>();
  const pair = (name: string): MadePair => pairs.get(name) ?? workshop.make('never');
  beforeAll(() => {
    workshop = startWorkshop();
    for (const name of ['old', 'new']) pairs.set(name, workshop.make(name));
  });
  afterAll(() => workshop.close());

  let server: Server | undefined;
  let followed: FollowedTls | undefined;
  const sockets: TLSSocket[] = [];
  afterEach(() => {
    followed?.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
  });

  const at = (name: string) => join(workshop.folder, name);
  const put = (name: string, content: string) => writeFileSync(at(name), content);

  async function serve(files = { cert: at('c.pem'), key: at('k.pem') }) {
    const [out, err] = [collector(), collector()];
    const logger = createLogger({ log: defaults, streams: { out: out.stream, err: err.stream }, clock: () => noonMs });
    followed = followTls({ files: { ...files, minVersion: 'TLSv1.2' }, logger, settleMs: 60, intervalMs: 20 });
    const served = createServer(followed.options, (_, res) => res.end('hello'));
    server = served;
    followed.attach(served);
    await new Promise<void>((done) => served.listen(0, '127.0.0.1', done));
    return { port: (served.address() as AddressInfo).port, out: out.lines, err: err.lines };
  }

  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 5000; !(await holds()) && Date.now() < end;) await sleep(10);
    expect(await holds()).toBe(true);
  }

  test('greets new connections, and open ones go on', async () => {
    put('c.pem', pair('old').cert);
    put('k.pem', pair('old').key);
    const { port, out, err } = await serve();
    const open = await shakeHands(port);
    sockets.push(open);
    expect(await greeter(port)).toBe('old');

    put('c.pem', pair('new').cert);
    put('k.pem', pair('new').key);
    await until(async () => (await greeter(port)) === 'new');
    let heard = '';
    open.on('data', (data) => (heard += data.toString()));
    open.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => heard.includes('hello'));
    expect(open.getPeerCertificate().subject.CN).toBe('old');
    expect(out().filter((line) => line.includes('the certificate was read again'))).toHaveLength(1);
    expect(err()).toEqual([]);
  });

  test('stays the old one, loudly, until certificate and key fit again', async () => {
    put('c.pem', pair('old').cert);
    put('k.pem', pair('old').key);
    const { port, err } = await serve();
    put('c.pem', pair('new').cert); // the key is forgotten
    await until(() => err().length === 1);
    expect(err()[0]).toContain('the certificate could not be renewed: the old one stays in use');
    expect(err()[0]).toContain(`${at('k.pem')} holds a key that does not belong to the certificate`);
    expect(err()[0]).not.toContain('PRIVATE KEY');
    expect(await greeter(port)).toBe('old');
    put('c.pem', 'garbage');
    await until(() => err().length === 2);
    expect(await greeter(port)).toBe('old');
    put('c.pem', pair('new').cert);
    put('k.pem', pair('new').key);
    await until(async () => (await greeter(port)) === 'new');
  });

  test('comes through a link that is moved, as in a volume of Kubernetes', async () => {
    for (const name of ['old', 'new']) {
      put(`${name}-c`, pair(name).cert);
      put(`${name}-k`, pair(name).key);
    }
    symlinkSync(at('old-c'), at('link-c'));
    symlinkSync(at('old-k'), at('link-k'));
    const { port, err } = await serve({ cert: at('link-c'), key: at('link-k') });
    for (const kind of ['c', 'k']) {
      symlinkSync(at(`new-${kind}`), at('next'));
      renameSync(at('next'), at(`link-${kind}`));
    }
    await until(async () => (await greeter(port)) === 'new');
    expect(err()).toEqual([]);
  });

  test('may be given as text, which no message shows', async () => {
    const { port } = await serve(pair('old'));
    expect(await greeter(port)).toBe('old');
    const files = { cert: pair('old').cert, key: pair('new').key, minVersion: 'TLSv1.2' } as const;
    const logger = createLogger({
      log: defaults,
      streams: { out: collector().stream, err: collector().stream },
      clock: () => 0,
    });
    expect(() => followTls({ files, logger })).toThrow('(text) holds a key that does not belong to the certificate');
  });
});
