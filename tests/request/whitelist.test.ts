// --whitelist-domain means what it means in the reference.
import { compileWhitelist } from '../../src/request/whitelist.ts';
import { isSafe, judge } from '../support/browser-oracle.ts';

describe('RD-3: the whitelist means what it means in the reference', () => {
  test.each<[string, boolean]>([
    ['https://good.example/x', true],
    ['http://good.example/x?y=z', true],
    ['https://good.example', true],
    ['https://good.example?x', true],
    ['https://good.example#x', true],
    ['https://a.good.example/', false],
    ['https://evilgood.example/', false],
    ['https://good.example.evil.test/', false],
    ['https://evil.test/redirect?rd=good.example', false],
    ['https://good.example:8443/', false],
    ['https://good.example:443/', false],
    ['https://GOOD.example/', false],
    ['https://good.example./', false],
    ['https://user@good.example/', true],
    ['https://a.dotted.example/', true],
    ['https://a.b.dotted.example/', true],
    ['https://dotted.example/', true],
    ['https://evildotted.example/', false],
    ['https://a.dotted.example:81/', false],
    ['http://port.example:8080/', true],
    ['http://port.example:8081/', false],
    ['http://port.example/', false],
    ['http://any.example:1/', true],
    ['http://any.example/', true],
    ['http://a.any.example:1/', false],
    ['https://a.star.example/', true],
    ['https://star.example/', true],
    ['https://a.star.example:1/', false],
    ['https://x.sub.port.example:9000/', true],
    ['https://x.subport.example:9000/', false],
    ['https://x.sub.port.example:9001/', false],
    ['ftp://good.example/', false],
    ['HTTPS://good.example/', false],
    ['//good.example/', false],
    ['good.example/redirect', false],
    ['https://good.example//evil.test', true],
    ['https://good.example:99999999/', false],
    ['https://any.example:080/', false],
    ['https://good%zz.example/', false],
    ['https://good.exa\tmple/', false],
    ['https://good.example/\x01', false],
  ])('%s: %s', (text, allowed) => {
    expect(judge(text) !== undefined).toBe(allowed);
    if (allowed) expect(isSafe(text)).toBe(true);
  });

  test.each<[string, string, string, boolean]>([
    ['a bare colon is no port', 'foo.bar:', 'foo.bar', true],
    ['a dot alone admits nothing', '.', 'foo.bar', false],
    ['an asterisk and a dot admit nothing', '*.', 'foo.bar', false],
    ['a port alone admits nothing', ':8080', '', false],
    ['an asterisk is no wildcard by itself', '*', 'foo.bar', false],
    ['IPv6 in brackets', '[::1]:*', '::1', true],
  ])('%s', (_, entry, host, allowed) => {
    expect(compileWhitelist([entry])(host, '')).toBe(allowed);
  });
});
