// The demo site: an application that believes the headers it is given, as applications behind a proxy do.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { styleSheet } from './page.ts';
import {
  adminPage,
  adminsOnlyPage,
  askingScript,
  byePage,
  landingPage,
  nowherePage,
  privatePage,
} from './site-pages.ts';
import type { Visitor } from './site-pages.ts';

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export function demoSite(): Server {
  return createServer((request, response) => write(response, reply(request)));
}

function reply(request: IncomingMessage): Reply {
  const target = request.url ?? '/';
  const path = target.split('?')[0] ?? '';
  const visitor = visitorOf(request);
  if (path === '/') return page(landingPage());
  if (path === '/bye') return page(byePage());
  if (path === '/style.css') return { status: 200, type: 'text/css; charset=utf-8', body: styleSheet };
  if (path === '/demo.js') return { status: 200, type: 'text/javascript; charset=utf-8', body: askingScript };
  if (path === '/api/whoami') return { status: 200, type: 'application/json', body: `${JSON.stringify(visitor)}\n` };
  if (path.startsWith('/private/')) return page(privatePage(visitor, target));
  if (path.startsWith('/admin/')) {
    return visitor.groups.split(',').includes('admins') ? page(adminPage(visitor)) : page(adminsOnlyPage(visitor), 403);
  }
  return page(nowherePage(), 404);
}

function page(body: string, status = 200): Reply {
  return { status, type: 'text/html; charset=utf-8', body };
}

function visitorOf(request: IncomingMessage): Visitor {
  // Node reads header bytes as latin1; the sidecar sends UTF-8.
  const header = (name: string) => Buffer.from(String(request.headers[name] ?? ''), 'latin1').toString('utf8');
  return {
    user: header('x-forwarded-user'),
    name: header('x-forwarded-preferred-username'),
    email: header('x-forwarded-email'),
    groups: header('x-forwarded-groups'),
  };
}

function write(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    // The Back button must not show a private page after sign-out.
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
