// A real Chromium: one for each test file, a fresh profile for each visitor.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
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
  const executablePath = pathOf('chromium') ?? 'chromium';
  const browser: Browser = await chromium.launch({ executablePath, args: quiet, headless: true });
  return {
    async visitor(options = {}) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(8000);
      const complaints: string[] = [];
      context.on('weberror', (error) => complaints.push(String(error.error())));
      context.on('console', (message) => {
        // Chromium calls every 4xx and 5xx an error, wanted or not; tests look at those themselves.
        const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status');
        if (message.type() === 'error' && !isStatus) complaints.push(message.text());
      });
      const page = await context.newPage();
      const cookieNames = async () => (await context.cookies()).map(({ name }) => name);
      return { context, page, complaints, cookieNames };
    },
    stop: () => browser.close(),
  };
}
