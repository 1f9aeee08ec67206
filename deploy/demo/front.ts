// How is the demo reached: through nginx with the shipped snippets, or through the sidecar alone?
import { join } from 'node:path';
import { runNginx } from './run-nginx.ts';
import type { RunningNginx } from './run-nginx.ts';

export interface Ports {
  /** What the browser opens. */
  readonly front: number;
  readonly sidecar: number;
  readonly site: number;
}

const snippets = join(import.meta.dirname, '../../nginx');

/** The server block is what an operator writes; everything else comes from the snippets. */
export function nginxConfiguration({ front, sidecar, site }: Ports): string {
  return `
  upstream oauth2_sidecar { server 127.0.0.1:${sidecar}; keepalive 32; }
  upstream demo_site { server 127.0.0.1:${site}; keepalive 8; }
  include oauth2/oauth2-maps.conf;

  server {
    listen 127.0.0.1:${front};
    include oauth2/oauth2-endpoints.conf;

    location /         { include oauth2/to-app.conf;       proxy_pass http://demo_site; }
    location /private/ { include oauth2/protect-page.conf; proxy_pass http://demo_site; }
    location /api/     { include oauth2/protect-api.conf;  proxy_pass http://demo_site; }
    location /admin/ {
      set $oauth2_require "allowed_groups=admins";
      include oauth2/protect-page.conf;
      proxy_pass http://demo_site;
    }
  }`;
}

export function nginxFront(ports: Ports): Promise<RunningNginx> {
  return runNginx({ http: nginxConfiguration(ports), snippets, port: ports.front });
}

export interface SidecarSetting {
  readonly ports: Ports;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly cookieSecret: string;
  readonly hasNginx: boolean;
}

/** Secrets go by the environment: command lines can be read by every user of the machine. */
export function sidecarEnvironment({ clientSecret, cookieSecret }: SidecarSetting): Readonly<Record<string, string>> {
  return { OAUTH2_PROXY_CLIENT_SECRET: clientSecret, OAUTH2_PROXY_COOKIE_SECRET: cookieSecret };
}

export function sidecarArguments({ ports, issuer, clientId, hasNginx }: SidecarSetting): readonly string[] {
  const common = [
    '--provider=oidc',
    '--provider-display-name=the demo provider',
    `--oidc-issuer-url=${issuer}`,
    `--client-id=${clientId}`,
    `--redirect-url=http://localhost:${ports.front}/oauth2/callback`,
    `--post-logout-redirect-url=http://localhost:${ports.front}/oauth2/signed_out`,
    '--scope=openid email profile groups',
    '--email-domain=*',
    '--cookie-secure=false',
    '--banner=Demo: alice and bob are waiting',
  ];
  return hasNginx ? [...common, ...behindNginx(ports)] : [...common, ...alone(ports)];
}

function behindNginx({ sidecar }: Ports): readonly string[] {
  return [
    `--http-address=127.0.0.1:${sidecar}`,
    '--reverse-proxy',
    '--trusted-proxy-ip=127.0.0.1',
    '--set-xauthrequest',
  ];
}

function alone({ front, site }: Ports): readonly string[] {
  return [
    `--http-address=127.0.0.1:${front}`,
    `--upstream=http://127.0.0.1:${site}/`,
    '--skip-auth-route=GET=^/(bye|style\\.css|demo\\.js)?$',
    '--api-route=^/api/',
  ];
}
