// What does a person with Chromium see and do at Keycloak?
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { keycloakUsers } from './keycloak-realm.ts';
import type { UserName } from './keycloak-admin.ts';
import { pathOf } from './needs.ts';

export interface KeycloakVisitor {
  readonly context: BrowserContext;
  readonly page: Page;
  cookieNames(): Promise<readonly string[]>;
}

export interface TestDomains {
  /** Somebody else at another machine. */
  visitor(): Promise<KeycloakVisitor>;
  stop(): Promise<void>;
}

/**
 * A Chromium to which the sites of the tests are real names with https. Keycloak is at 127.0.0.1, which is another
 * site, as it mostly is.
 */
export async function startChromiumForDomains(): Promise<TestDomains> {
  const hosts = ['*.corp.test', '*.yourdomain.com'].map((host) => `MAP ${host} 127.0.0.1`).join(', ');
  const browser = await chromium.launch({
    executablePath: pathOf('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', `--host-resolver-rules=${hosts}`],
  });
  return {
    async visitor() {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      return { context, page, cookieNames: async () => (await context.cookies()).map(({ name }) => name) };
    },
    stop: () => browser.close(),
  };
}

const marks = {
  password: '#kc-form-login',
  question: '#kc-logout-confirm',
  error: '#kc-error-message',
  news: '#kc-info-message',
} as const;

/**
 * Which page of Keycloak's is this: its form for name and password, "Do you want to log out?", an error, or news such
 * as "You are logged out"? `undefined` on any other page.
 */
export async function keycloakPage(page: Page): Promise<keyof typeof marks | undefined> {
  const names = ['password', 'question', 'error', 'news'] as const;
  for (const name of names) if ((await page.locator(marks[name]).count()) > 0) return name;
  return undefined;
}

/** Fills in Keycloak's form, which is in front of the visitor or about to be. */
export async function identifyAtKeycloak(page: Page, name: UserName): Promise<void> {
  await page.locator('#username').fill(name);
  await page.locator('#password').fill(keycloakUsers[name].password);
  await page.locator('#kc-login').click();
}

/** From a protected page over Keycloak's form back to it. */
export async function signInThroughKeycloak(page: Page, url: string, name: UserName = 'alice'): Promise<void> {
  await page.goto(url);
  await identifyAtKeycloak(page, name);
  await page.waitForURL(url);
}
