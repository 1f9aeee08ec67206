// What a person does in a browser, and what can be read off it afterwards.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Request } from 'playwright-core';
import { demoUsers } from '../../deploy/demo/users.ts';

/** Fills in the form of the provider, which is in front of the visitor. */
export async function identifyAs(page: Page, name: keyof typeof demoUsers): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(demoUsers[name]?.password ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in with the test provider' });

/** From a protected page over the button and the provider back to it. */
export async function signIn(page: Page, url: string, name: keyof typeof demoUsers = 'alice'): Promise<void> {
  await page.goto(url);
  await signInButton(page).click();
  await identifyAs(page, name);
  await page.waitForURL(url);
}

export const signedInAs = (page: Page, name: string) => page.getByRole('heading', { name: `Hello, ${name}` });

/** Notes every address that the window shows, from now on. */
export function addressBar(page: Page): readonly string[] {
  const addresses: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) addresses.push(frame.url());
  });
  return addresses;
}

/** The navigations that the present page took to appear, the first one included. */
export function hopsOf(request: Request | null | undefined): readonly string[] {
  const hops: string[] = [];
  for (let hop = request ?? null; hop !== null; hop = hop.redirectedFrom()) hops.unshift(hop.url());
  return hops;
}

/** Notes every request of the window itself, each redirect included, from now on. */
export function navigations(page: Page): readonly Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) requests.push(request);
  });
  return requests;
}

const folder = join(import.meta.dirname, '../../build/screenshots');

/** Kept as build output, to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
