// Does a target keep a browser on the site or the whitelist?
import { validReturnTo, type ReturnToContext } from '../../src/request/return-to.ts';
import { compileWhitelist } from '../../src/request/whitelist.ts';

export const site = 'https://app.example.test';
export const whitelisted = [
  'good.example',
  '.dotted.example',
  'port.example:8080',
  'any.example:*',
  '*.star.example',
  '.sub.port.example:9000',
];

export const context: ReturnToContext = {
  whitelist: compileWhitelist(whitelisted),
  prefix: '/oauth2',
  requestHost: 'app.example.test',
  requestScheme: 'https',
};

export const judge = (text: string) => validReturnTo(text, context);

/** The oracle of RD-2: written anew, without anything of the code under test. */
export function isSafe(target: string): boolean {
  if (/[\x00-\x20\x7f\\]/.test(target)) return false;
  const url = new URL(target, `${site}/here`);
  if (url.origin === site) return true;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  const { hostname: host, port } = url;
  const under = (root: string) => host === root || host.endsWith(`.${root}`);
  return (
    (host === 'good.example' && port === '') ||
    (under('dotted.example') && port === '') ||
    (host === 'port.example' && port === '8080') ||
    host === 'any.example' ||
    (under('star.example') && port === '') ||
    (under('sub.port.example') && port === '9000')
  );
}
