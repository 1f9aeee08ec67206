// Which parts is the service made of, and which path leads where? The map on one screen.
import cookieParser from 'cookie-parser';
import express, { type Express, type Router } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from './config/options.ts';
import { httpsPortOf } from './listeners.ts';
import { createParts, type Parts } from './parts.ts';
import type { Given } from './parts/given.ts';
import { readyParts } from './parts/ready.ts';
import { placeBehindNginx, placeProxiedHere } from './policy/rule.ts';
import { goodUntilMs } from './provider/good-until.ts';
import { siteUrl } from './request/callback-url.ts';
import { lenientQuery } from './request/lenient-query.ts';
import { queryOf } from './request/parameters.ts';
import { siteRoot, type ReturnTo } from './request/return-to.ts';
import type { OriginalRequest } from './request/original-request.ts';
import { problemResponse } from './response/problem-response.ts';
import { sendOn } from './routes/answer.ts';
import { answerKind } from './routes/answer-kind.ts';
import { askedReader, parametersReader, readableParameters, type ReadAsked } from './routes/asked.ts';
import { assets } from './routes/assets.ts';
import { auth, type Listener } from './routes/auth.ts';
import { backchannelLogout } from './routes/backchannel-logout.ts';
import { beginSignIn } from './routes/begin-sign-in.ts';
import { callback } from './routes/callback.ts';
import { confirmSignOut } from './routes/confirm-sign-out.ts';
import { countedSignIn, requestCounter } from './routes/counted.ts';
import { deniedPage } from './routes/denied-page.ts';
import { exactExpress } from './routes/exact-express.ts';
import { forceHttps } from './routes/force-https.ts';
import { front } from './routes/front.ts';
import { frontchannelLogout } from './routes/frontchannel-logout.ts';
import { passwordSignIn } from './routes/password-sign-in.ts';
import { probes, robots } from './routes/health.ts';
import { fillIdToken } from './routes/id-token-placeholder.ts';
import { proxied } from './routes/proxied.ts';
import { recover } from './routes/recover.ts';
import { showSignIn, signIn } from './routes/sign-in.ts';
import { signOutJourney } from './routes/sign-out-journey.ts';
import { signOutRecord, type SignOutRecord } from './routes/sign-out-record.ts';
import { endTrip } from './routes/sign-out-return.ts';
import { signOut } from './routes/sign-out.ts';
import { signedOut } from './routes/signed-out.ts';
import { site } from './routes/site.ts';
import { start } from './routes/start.ts';
import { tellProvider } from './routes/tell-provider.ts';
import { userInfo } from './routes/user-info.ts';
import type { State } from './session/login-attempt.ts';

export interface App {
  readonly listener: Listener;
  /** Answers at once what it can, and says whether it did. */
  quick(req: IncomingMessage, res: ServerResponse): boolean;
  /** Begins what runs in the background. */
  start(): void;
  /** Reads again what may have changed in files (SIGHUP). */
  reload(): void;
  /** From now on it says that it is not ready. */
  drain(): void;
  stop(): Promise<void>;
}

export function createApp(given: Given): App {
  const parts = createParts(given);
  const { request, policy, server, cookie } = given.config;
  const { visits, provider, identity } = parts;
  const query = (req: IncomingMessage) => lenientQuery(queryOf(req.url ?? ''));
  const ruleFor = (req: IncomingMessage) => parts.ruleOf(placeBehindNginx(visits.of(req).original, query(req)));
  const ruleHere = (req: IncomingMessage) =>
    parts.ruleOf(placeProxiedHere(visits.of(req).original, req.method ?? 'GET', query(req)));

  const ready = readyParts(given, parts);
  const authListener = auth({
    ...parts,
    ruleFor,
    ready,
    goodUntilMs: (session) =>
      goodUntilMs(session, given.clock(), { refreshAfter: cookie.cookieRefresh, lifetimeMs: cookie.cookieExpireMs }),
    responseHeaders: identity.responseHeaders,
    emptyBody: policy.authEmptyBody,
  });
  const count = given.metrics && requestCounter(given.metrics);
  const countedAuth: Listener = count ? (req, res) => count(req, res, () => authListener(req, res)) : authListener;
  let isDraining = false;
  const notReadyBecause = async () => (isDraining ? 'the service is stopping' : parts.notReadyBecause());
  const others = endpoints(given.config, { ...parts, ruleFor, ruleHere, count, notReadyBecause });
  return {
    listener: front({
      ...request,
      visits,
      forceHttps: forceHttps({ ...server, httpsPort: httpsPortOf(server) }),
      auth: countedAuth,
      others,
    }),
    quick: ready.give,
    start: provider.start,
    reload: parts.secrets.reload,
    drain: () => void (isDraining = true),
    async stop() {
      await parts.refreshesSettled();
      provider.stop();
      await parts.close();
      parts.upstreams.close();
    },
  };
}

interface RouteParts extends Parts {
  readonly count: ReturnType<typeof requestCounter> | undefined;
  ruleFor(req: IncomingMessage): ReturnType<Parts['ruleOf']>;
  ruleHere(req: IncomingMessage): ReturnType<Parts['ruleOf']>;
}

function endpoints(config: Config, parts: RouteParts): Express {
  const { server, log, request, page, policy, cookie } = config;
  const { proxyPrefix: prefix, allowQuerySemicolons: semicolons } = request;
  const readAsked = askedReader({ ...parts, semicolons });
  const begin = beginSignIn(parts);
  const signInParts = {
    ...parts,
    readAsked,
    passwordSignIn: passwordSignIn(parts),
    beginSignIn: countedSignIn(parts.metrics, begin),
    showSignIn: showSignIn({ ...parts, ...cookie, ...config.signOut }),
    skipsButton: page.skipProviderButton,
  };
  const returnToOf = ({ returnTo }: State, original: OriginalRequest): ReturnTo =>
    parts.targets.judge(returnTo, original) ?? siteRoot;
  const record = signOutRecord(parts);
  const callbackParts = {
    ...parts,
    endTrip: endTrip({ ...parts, ...parts.targets, record }),
    returnToOf,
    beginSignIn: begin, // counted as part of the callback that starts over
    root: siteRoot,
    sendOn: sendOn(cookie.cookieSamesite === 'strict'),
    readParameters: parametersReader(semicolons, false),
  };

  const target = (req: IncomingMessage) => readableParameters(req, semicolons);
  const app = exactExpress();
  app.use(probes({ ...parts, server, silent: log.silencePingLogging }));
  if (parts.count) app.use(parts.count); // behind the probes: those are not counted
  app.all('/robots.txt', robots(parts.pages.robots));
  app.use(cookieParser()); // for pages; sessions and attempts read all values of a name themselves
  app.all(`${prefix}/sign_in`, signIn(signInParts));
  app.all(`${prefix}/start`, start(signInParts));
  const finishSignIn = callback({ ...callbackParts, recover: recover(callbackParts) });
  app.all(`${prefix}/callback`, countedSignIn(parts.metrics, finishSignIn));
  app.all(`${prefix}/userinfo`, userInfo(parts));
  app.use(prefix, signingOut(config, parts, { readAsked, record }));
  app.all(`${prefix}/denied`, deniedPage(parts));
  app.all(`${prefix}/static/*path`, assets(`${prefix}/static`));
  app.use(site({ ...signInParts, ruleFor: parts.ruleHere, forcesJson: policy.forceJsonErrors, proxy: proxied(parts) }));
  app.use(
    problemResponse({
      ...parts,
      factsOf: parts.visits.facts,
      answerKind,
      returnTo(req) {
        const { returnTo, original } = parts.visits.of(req);
        return returnTo ?? parts.targets.read(req, original, target(req));
      },
    }),
  );
  return app;
}

/** Everything about signing out, in both directions. */
function signingOut(
  { request, cookie, signOut: options }: Config,
  parts: RouteParts,
  common: { readonly readAsked: ReadAsked; readonly record: SignOutRecord },
): Router {
  const url = options.postLogoutRedirectUrl;
  const onSite = siteUrl(cookie);
  const postLogoutUrl = (original: OriginalRequest) =>
    url === '' ? undefined : url.startsWith('/') ? onSite(original, url) : url;
  const out = {
    ...parts,
    ...common,
    tellProvider: tellProvider({ ...parts, ...common }),
    journey: signOutJourney({ ...parts, ...request, postLogoutUrl }),
    confirm: confirmSignOut({ ...parts, mode: options.signOutConfirm }),
    fillIdToken: fillIdToken({ ...parts, ownOrigins: parts.provider.ownOrigins, root: siteRoot }),
    endTrip: endTrip({ ...parts, ...parts.targets, ...common }),
    endsAllSessions: options.backchannelLogoutAllSessions,
    signOutConfirm: options.signOutConfirm,
  };
  const router = express.Router({ caseSensitive: true, strict: true });
  router.all('/sign_out', signOut(out));
  router.all('/signed_out', signedOut(out));
  router.all('/backchannel-logout', backchannelLogout(out));
  router.all('/frontchannel-logout', frontchannelLogout(out));
  return router;
}
