// How does a folder answer as an upstream? (reference: Go's file server)
import { isUtf8 } from 'node:buffer';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import send from 'send';
import { cleanPath } from '../request/clean-target.ts';
import { sendText } from '../response/send.ts';
import { typeOfFile } from './file-type.ts';
import { folderPage, linkTo } from './folder-page.ts';
import { splitTarget } from './request-path.ts';
import { codeOf } from './upstream-problem.ts';

export interface FileRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly root: string;
  /** Decoded, below the folder; a byte is a character. */
  readonly path: string;
}

/**
 * Everything below the folder is served, as by the reference: files that begin with a dot (`.well-known`), and what links
 * lead to (mounted Kubernetes volumes consist of links). `..` ends at the folder (security P26).
 */
export async function serveFile(request: FileRequest): Promise<void> {
  const { req, res, root } = request;
  const path = cleanPath(`/${request.path}`);
  const bytes = Buffer.from(path, 'latin1');
  // What is no UTF-8 cannot be a name here, and no name holds a NUL.
  if (!isUtf8(bytes) || path.includes('\0')) return sendText(res, 404, notFound);
  if (path.endsWith('/index.html')) return redirect(request, './');

  const place = path === '/' ? root : join(root, bytes.toString()).replace(/\/$/, '');
  try {
    const found = await stat(place);
    const last = linkTo(path.replace(/\/$/, '').replace(/^.*\//s, ''));
    if (!found.isDirectory()) {
      if (path === '/' || !path.endsWith('/')) return await sendFile(req, res, place);
      return redirect(request, `../${last}`);
    }
    if (!path.endsWith('/')) return redirect(request, `${last}/`);
    const index = join(place, 'index.html');
    if (await isThere(index)) return await sendFile(req, res, index);
    await sendFolder({ req, res, folder: place, changedAtMs: found.mtimeMs });
  } catch (error) {
    explain(res, error);
  }
}

const notFound = '404 page not found\n';

/** Relative: the browser knows under which path we are mounted. */
function redirect({ req, res }: FileRequest, location: string): void {
  const { query } = splitTarget(req.url ?? '/');
  const to = location + (query === '?' ? '' : query).replaceAll('\\', '%5C');
  res.writeHead(301, { Location: to, 'Content-Length': 0 }).end();
}

async function isThere(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Ranges, conditions and HEAD are the library's. Like the reference it gives no ETag and no rule for caches. */
async function sendFile(req: IncomingMessage, res: ServerResponse, place: string): Promise<void> {
  res.setHeader('Content-Type', await typeOfFile(place));
  await new Promise<void>((done, failed) => {
    res.once('close', done);
    send(req, encodeURIComponent(place), { dotfiles: 'allow', index: false, etag: false, cacheControl: false })
      .once('error', failed)
      .pipe(res);
  });
}

interface FolderRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly folder: string;
  readonly changedAtMs: number;
}

async function sendFolder({ req, res, folder, changedAtMs }: FolderRequest): Promise<void> {
  const seen = Date.parse(req.headers['if-modified-since'] ?? '');
  const isGet = req.method === 'GET' || req.method === 'HEAD';
  if (isGet && Math.floor(changedAtMs / 1000) * 1000 <= seen) return void res.writeHead(304).end();
  const page = await folderPage(folder);
  res.setHeader('Last-Modified', new Date(changedAtMs).toUTCString());
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', page.length);
  res.end(req.method === 'HEAD' ? undefined : page);
}

/** What a stranger asks for is no fault of ours: odd names are not there. */
function explain(res: ServerResponse, error: unknown): void {
  if (res.headersSent) return void res.destroy();
  res.removeHeader('Last-Modified');
  const code = codeOf(error);
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (code === 'EACCES' || code === 'EPERM') return sendText(res, 403, '403 Forbidden\n');
  if (missing.has(code) || status === 404) return sendText(res, 404, notFound);
  if (status === 416) return sendText(res, 416, 'invalid range: failed to overlap\n');
  if (status === 412) return void res.writeHead(412, { 'Content-Length': 0 }).end();
  throw error;
}

const missing: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL']);
