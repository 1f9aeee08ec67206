// What do all tests at Keycloak have in common: a browser, a stage for each, and what counts as signed out?
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startChromiumForDomains } from '../support/keycloak-browser.ts';
import { keycloakPage } from '../support/keycloak-browser.ts';
import type { KeycloakVisitor, TestDomains } from '../support/keycloak-browser.ts';
import type { UserName } from '../support/keycloak-admin.ts';
import { sharedKeycloak } from '../support/keycloak-desk.ts';
import { needs } from '../support/needs.ts';
import { startKeycloakStage } from './stage.ts';
import type { KeycloakStage, KeycloakStageWish } from './stage.ts';

export interface Tools {
  visitor(): Promise<KeycloakVisitor>;
  withStage(wish: KeycloakStageWish, use: (stage: KeycloakStage) => Promise<void>): Promise<void>;
}

/** Keycloak, Chromium, nginx and the program share what the machine has. */
jest.setTimeout(120_000);

/** In place of `describe`. */
export function atKeycloak(title: string, body: (tools: Tools) => void): void {
  needs(
    'keycloak',
    'chromium',
    'nginx',
    'openssl',
  )(title, () => {
    let chromium: TestDomains;
    beforeAll(async () => {
      chromium = await startChromiumForDomains();
      await sharedKeycloak();
    }, 260_000);
    afterAll(() => chromium?.stop());

    body({
      visitor: () => chromium.visitor(),
      async withStage(wish, use) {
        const stage = await startKeycloakStage(wish);
        try {
          await use(stage);
        } finally {
          await stage.stop();
        }
      },
    });
  });
}

/** The session cookie in all its parts; what belongs to a sign-in under way is another matter. */
export async function sessionCookies({ context }: KeycloakVisitor, url?: string): Promise<readonly string[]> {
  const names = (await context.cookies(url)).map(({ name }) => name);
  return names.filter((name) => name.startsWith('_oauth2_proxy') && !name.includes('csrf'));
}

/** At the site, at Keycloak, and for whoever comes next to this browser. */
export async function expectSignedOut(
  stage: KeycloakStage,
  visitor: KeycloakVisitor,
  user: UserName = 'alice',
): Promise<void> {
  expect(await sessionCookies(visitor)).toEqual([]);
  expect((await stage.auth(await visitor.context.cookies())).status).toBe(401);
  expect(await stage.realm.sessionsOf(user)).toEqual([]);
  await visitor.page.goto(`${stage.origin}/private/`);
  expect(await keycloakPage(visitor.page)).toBe('password');
}

/** What `auth` says within two seconds: the first answer that is not 202, or 202. */
export async function authWithinTwoSeconds(stage: KeycloakStage, visitor: KeycloakVisitor): Promise<number> {
  const cookies = await visitor.context.cookies();
  const until = Date.now() + 2000;
  for (;;) {
    const { status } = await stage.auth(cookies);
    if (status !== 202 || Date.now() > until) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Where the window ends after this address, by redirects and forms that send themselves. */
export async function arriveAt(page: Page, url: string): Promise<string> {
  await page.goto(url, { waitUntil: 'networkidle' });
  return page.url();
}
