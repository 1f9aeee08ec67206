// Is an option that is not built refused, unless it says what holds anyway?
import { describe, expect, test } from '@jest/globals';
import { load, refusal } from './given.ts';

describe('not supported yet', () => {
  test.each([
    '--azure-tenant=x',
    '--github-org=x',
    '--google-group=x',
    '--google-use-organization-id=true',
    '--jwt-key-file=f',
  ])('%s', (word) => {
    const [name = ''] = word.split('=');
    const line = refusal(() => load({ argv: [word] })).problems.find(({ option }) => option === name);
    expect(line?.what).toMatch(/is not supported yet$/);
  });

  test('what is set to its default starts', () => {
    const argv = [
      '--session-store-type=cookie',
      '--https-address=:443',
      '--azure-tenant=common',
      '--logging-max-age=7',
      '--force-https=false',
      '--google-use-organization-id=',
      '--tls-cipher-suite=',
    ];
    expect(load({ argv }).kind).toBe('run');
  });
});
