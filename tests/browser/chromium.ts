// A real Chromium: one for each test file, a fresh profile for each visitor.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { pathOf } from '../support/needs.ts';

export interface Chromium {
  /** Somebody else at another machine: no cookies, no history. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
  stop(): Promise<void>;
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Scripts that failed, and what a Content-Security-Policy refused, in all pages of this visitor. */
  readonly complaints: readonly string[];
  cookieNames(): Promise<readonly string[]>;
}

const quiet = [
  '--no-sandbox', // root in a container has none
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startChromium(): Promise<Chromium> {
  const browser = await chromium.launch(launching());
  return {
    visitor: async (options = {}) => visitorOf(await browser.newContext(options)),
    stop: () => browser.close(),
  };
}

/**
 * A browser of its own that sends cookies along with what one site embeds of another, as many still do. The visitors
 * above do not: Debian's Chromium and incognito windows keep them back.
 */
export async function startLenientVisitor(): Promise<Visitor & { stop(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'oauth2-sidecar-chromium-'));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, launching());
  const stop = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ...(await visitorOf(context)), stop };
}

function launching() {
  return { executablePath: pathOf('chromium') ?? 'chromium', args: [...quiet], headless: true };
}

async function visitorOf(context: BrowserContext): Promise<Visitor> {
  context.setDefaultTimeout(8000);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    // Chromium calls every 4xx and 5xx an error, wanted or not; tests look at those themselves.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status');
    if (message.type() === 'error' && !isStatus) complaints.push(message.text());
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const cookieNames = async () => (await context.cookies()).map(({ name }) => name);
  return { context, page, complaints, cookieNames };
}
