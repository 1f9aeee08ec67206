// How do operators set up nginx who do not use our snippets?
import type { BackPorts } from './stage.ts';

/** What has been copied from page to page for years: a return target of its own even for sign_out. */
export function widelyCopied({ sidecar, site }: BackPorts): string {
  return `
    location /oauth2/ {
      proxy_pass http://127.0.0.1:${sidecar};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Auth-Request-Redirect $request_uri;
    }
    location = /oauth2/auth {
      proxy_pass http://127.0.0.1:${sidecar};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header Content-Length "";
      proxy_pass_request_body off;
    }
    location / {
      auth_request /oauth2/auth;
      error_page 401 = /oauth2/sign_in;
      auth_request_set $name  $upstream_http_x_auth_request_preferred_username;
      auth_request_set $email $upstream_http_x_auth_request_email;
      proxy_set_header X-Forwarded-Preferred-Username $name;
      proxy_set_header X-Forwarded-Email $email;
      proxy_pass http://127.0.0.1:${site};
    }`;
}

/** The same with the remedy of the logout report: sign_out has a location of its own, which names no target. */
export function logoutReport(ports: BackPorts): string {
  return `${widelyCopied(ports)}
    location = /oauth2/sign_out {
      proxy_pass http://127.0.0.1:${ports.sidecar};
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-Uri $request_uri;
    }`;
}
