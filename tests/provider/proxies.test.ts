import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '../../src/provider/http.ts';

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A forward proxy that answers every absolute-form request itself (RFC 9112 §3.2.2). */
async function forwardProxy() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('through the proxy');
  });
  return { asked, url: `http://127.0.0.1:${await listening(server)}` };
}

test('calls to the provider go through HTTP_PROXY, but not those that NO_PROXY or this machine answers', async () => {
  const port = await listening(createServer((_, response) => response.end('direct')));
  const proxy = await forwardProxy();
  const client = http({
    caFiles: [],
    useSystemTrustStore: false,
    skipTlsVerify: false,
    proxies: { http: proxy.url, https: '', except: 'direct.invalid' },
  });
  const call = (url: string) => client.call({ purpose: 'discovery', url });

  expect((await call(`http://idp.invalid:${port}/x`)).text).toBe('through the proxy');
  expect(proxy.asked).toEqual([`http://idp.invalid:${port}/x`]);
  expect((await call(`http://127.0.0.1:${port}/x`)).text).toBe('direct');
  await expect(call(`http://direct.invalid:${port}/x`)).rejects.toThrow();
  expect(proxy.asked).toHaveLength(1);
  client.close();
});
