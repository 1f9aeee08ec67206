// Errors are written in one place, and written down once.
import express from 'express';
import type { RequestHandler } from 'express';
import request from 'supertest';
import type { AuthEvent, Fields } from '../../src/lib/logger.ts';
import { Problem } from '../../src/lib/problem.ts';
import { ClaimsProblem, ProviderFailure } from '../../src/provider/failure.ts';
import { createPages } from '../../src/response/pages.ts';
import { problemResponse } from '../../src/response/problem-response.ts';

const pages = createPages({
  page: { banner: '', footer: '', customSignInLogo: '', customTemplatesDir: '', showDebugOnError: false },
  prefix: '/oauth2',
  emailDomains: [],
  hasEmailsFile: false,
  hasPasswordForm: false,
  providerName: () => 'OpenID Connect',
  version: '0',
  formActionOrigins: () => [],
});

interface Line {
  readonly level: string;
  readonly text: string;
  readonly fields: Fields | AuthEvent | undefined;
}

async function failing(error: unknown, answerKind: 'page' | 'json' | 'text' = 'page', before?: RequestHandler) {
  const lines: Line[] = [];
  const line = (level: string) => (text: string, fields?: Fields) => void lines.push({ level, text, fields });
  const app = express();
  if (before) app.use(before);
  app.use(() => {
    throw error;
  });
  app.use(
    problemResponse({
      pages,
      logger: {
        info: line('info'),
        warn: line('warn'),
        error: line('error'),
        auth: (event) => void lines.push({ level: 'auth', text: event.message, fields: event }),
      },
      factsOf: (req) => ({
        client: '192.0.2.1',
        host: 'app.example.com',
        protocol: 'HTTP/1.1',
        requestId: 'rid-1',
        method: req.method,
        userAgent: '',
        username: undefined,
      }),
      answerKind: () => answerKind,
      returnTo: () => '/wanted',
    }),
  );
  const answer = await request(app)
    .get('/')
    .ok(() => true);
  return { answer, lines };
}

const refused = new Problem({
  status: 403,
  reason: 'email_not_allowed',
  message: 'not for you',
  debug: 'unauthorized',
  account: 'x@other.test',
});

test('a refusal is a page, and one auth line in the reference’s words with its reason', async () => {
  const { answer, lines } = await failing(refused);
  expect(answer.status).toBe(403);
  expect(answer.text).toMatch(/not for you[^]*x@other\.test[^]*rid-1/);
  expect(lines).toEqual([
    {
      level: 'auth',
      text: 'Invalid authentication via OAuth2: unauthorized',
      fields: expect.objectContaining({
        status: 'AuthFailure',
        reason: 'email_not_allowed',
        username: 'x@other.test',
        requestId: 'rid-1',
      }),
    },
  ]);
});

test('programs get {}, others the status text', async () => {
  const { answer: json } = await failing(refused, 'json');
  expect([json.status, json.headers['content-type'], json.text]).toEqual([403, 'application/json', '{}']);
  const { answer: text } = await failing(refused, 'text');
  expect([text.status, text.headers['content-type'], text.text]).toEqual([
    403,
    'text/plain; charset=utf-8',
    'Forbidden\n',
  ]);
  expect(text.headers['x-content-type-options']).toBe('nosniff');
});

test('a passing fault says when to come back', async () => {
  const problem = new Problem({ status: 503, reason: 'provider_unreachable', message: 'later', retryAfterSeconds: 7 });
  const { answer, lines } = await failing(problem);
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('7');
  expect(lines).toMatchObject([{ level: 'error', fields: { reason: 'provider_unreachable', request_id: 'rid-1' } }]);
});

test('cookies that were set before stay', async () => {
  const { answer } = await failing(refused, 'page', (_req, res, next) => {
    res.append('Set-Cookie', ['a=1', 'b=2']);
    next();
  });
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
});

test.each<[string, unknown, number, string]>([
  ['the provider said no', new ProviderFailure('rejected', 'invalid_grant', 'x'), 403, 'invalid_grant'],
  ['the provider is away', new ProviderFailure('unreachable', 'timeout', 'x'), 503, 'timeout'],
  [
    'the provider refuses our credentials',
    new ProviderFailure('misconfigured', 'invalid_client', 'x'),
    502,
    'invalid_client',
  ],
  ['the account lacks an e-mail', new ClaimsProblem('email_missing', 'bob'), 403, 'email_missing'],
  ['the client’s mistake', Object.assign(new Error('malformed'), { status: 400 }), 400, 'bad_request'],
  ['an error that only claims to be a success', Object.assign(new Error('x'), { status: 200 }), 500, 'internal_error'],
  ['no error at all', 'thrown text', 500, 'internal_error'],
])('%s', async (_, error, status, reason) => {
  const { answer, lines } = await failing(error);
  expect(answer.status).toBe(status);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields).toMatchObject({ reason });
});

test('O-4: what nobody foresaw is a bare page, and a log line with the stack', async () => {
  const { answer, lines } = await failing(new TypeError('internal-detail of undefined'));
  expect(answer.status).toBe(500);
  expect(answer.text).not.toMatch(/internal-detail|TypeError|at .*\.ts/);
  expect(answer.text).toContain('rid-1');
  expect(lines).toMatchObject([
    {
      level: 'error',
      text: 'internal-detail of undefined',
      fields: { reason: 'internal_error', cause: expect.stringContaining('problem-response.test.ts') },
    },
  ]);
});

test('half an answer is cut off rather than finished with an error', async () => {
  const begin: RequestHandler = (_req, res, next) => {
    res.writeHead(200, { 'Content-Length': '100' });
    res.write('half');
    next();
  };
  await expect(failing(new Error('late'), 'page', begin)).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
});
