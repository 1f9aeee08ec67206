// Can a client talk past auth_request through an upgraded connection? Only WebSockets are upgraded.
import { needs } from '../support/needs.ts';
import { withSite } from '../support/protected-site.ts';
import { send, valuesOf } from '../support/recorder.ts';

needs('nginx')('an upgraded connection', () => {
  test('H-6: h2c and other upgrades end at nginx, WebSockets pass', async () => {
    await withSite(undefined, async ({ nginx, app }) => {
      for (const upgrade of ['h2c', 'h2c, websocket', 'TLS/1.0', 'websocketx', 'WebSocket']) {
        const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade, 'http2-settings': 'AAMAAABk' };
        await send(`${nginx.url}/page`, { headers });
      }
      expect(app.requests).toHaveLength(5);
      expect(app.requests.map((request) => valuesOf(request, 'upgrade'))).toEqual([[], [], [], [], ['websocket']]);
      expect(app.requests.flatMap((request) => valuesOf(request, 'http2-settings'))).toEqual([]);
    });
  });
});
