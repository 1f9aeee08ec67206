// A real nginx with the shipped snippets, in front of whatever a test wants to see.
import { join } from 'node:path';
import { freePort, runNginx } from '../../deploy/demo/run-nginx.ts';

export const shippedSnippets = join(import.meta.dirname, '../../nginx');

export interface NginxSpec {
  /** Port of the sidecar, or of what takes its place; of several replicas, nginx asks the next one when one is gone. */
  readonly sidecarPort: number | readonly number[];
  /** What stands in server { }, beside the endpoints snippet. */
  readonly server: string;
  readonly http?: string;
  /** Free by default; known in advance where a redirect URI needs it. */
  readonly port?: number;
  /** Without oauth2-endpoints.conf: the server block brings its own. */
  readonly ownEndpoints?: boolean;
  /** Another folder of snippets, e.g. a spoilt copy. */
  readonly snippets?: string;
}

export interface TestNginx {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  log(name: string): string;
  stop(): Promise<void>;
}

export async function startNginx(spec: NginxSpec): Promise<TestNginx> {
  const { sidecarPort, server, http = '', snippets = shippedSnippets, ownEndpoints = false } = spec;
  const port = spec.port ?? (await freePort());
  const replicas = [sidecarPort]
    .flat()
    .map((one) => `server 127.0.0.1:${one}${one === sidecarPort ? '' : ' max_fails=0'};`);
  const nginx = await runNginx({
    port,
    snippets,
    http: `
  upstream oauth2_sidecar { ${replicas.join(' ')} keepalive 32; }
  include oauth2/oauth2-maps.conf;
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${ownEndpoints ? '' : 'include oauth2/oauth2-endpoints.conf;'}
    ${server}
  }`,
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    log: (name) => nginx.log(name),
    stop: () => nginx.stop(),
  };
}
