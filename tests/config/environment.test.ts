// Which variables are read, forgiven, warned of and passed over?
import { describe, expect, test } from '@jest/globals';
import { load, loadOnly, refusal } from './given.ts';

describe('variables', () => {
  // prettier-ignore
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an unknown one is a warning', { OAUTH2_PROXY_COOKI_NAME: 'x' }, ['OAUTH2_PROXY_COOKI_NAME is not a known variable and is not read; did you mean OAUTH2_PROXY_COOKIE_NAME?']],
    ['one like no other', { OAUTH2_PROXY_NO_SUCH_THING: 'x' }, ['OAUTH2_PROXY_NO_SUCH_THING is not a known variable and is not read']],
    ['one for a flag alone', { OAUTH2_PROXY_CONFIG: 'x' }, ['OAUTH2_PROXY_CONFIG is not read: --config is given on the command line only']],
    ['a value in quotes', { OAUTH2_PROXY_FOOTER: '"x"' }, ["OAUTH2_PROXY_FOOTER is in quotes, and they belong to the value: docker's --env-file keeps them; leave them out"]],
    ['a list with blanks', { OAUTH2_PROXY_ALLOWED_GROUPS: 'a, b' }, ['OAUTH2_PROXY_ALLOWED_GROUPS has blanks beside its commas, and they belong to the values: leave them out']],
    ['a text with a quote, a list without blanks', { OAUTH2_PROXY_FOOTER: 'a "x"', OAUTH2_PROXY_ALLOWED_GROUPS: 'a b,c' }, []],
    ['an empty one is nothing', { OAUTH2_PROXY_COOKI_NAME: '' }, []],
    ['others are none of our business', { OAUTH2_COOKIE_NAME: 'x' }, []],
    ['service links of Kubernetes are passed over', { OAUTH2_PROXY_SERVICE_HOST: '10.0.0.1', OAUTH2_PROXY_SERVICE_PORT: '80', OAUTH2_PROXY_SERVICE_PORT_HTTP: '80', OAUTH2_PROXY_PORT: 'tcp://10.0.0.1:80', OAUTH2_PROXY_PORT_4180_TCP: 'tcp://10.0.0.1:80', OAUTH2_PROXY_PORT_4180_TCP_PROTO: 'tcp', OAUTH2_PROXY_PORT_4180_TCP_PORT: '4180', OAUTH2_PROXY_PORT_4180_TCP_ADDR: '10.0.0.1' }, []],
    ['those of neighbours too', { OAUTH2_PROXY_REDIS_SERVICE_HOST: '10.0.0.1', OAUTH2_PROXY_REDIS_PORT: 'tcp://10.0.0.1:6379', OAUTH2_PROXY_REDIS_PORT_6379_TCP_ADDR: '10.0.0.1' }, []],
    ['the port of a neighbour that is no link', { OAUTH2_PROXY_METRICS_PORT: '4180' }, ['OAUTH2_PROXY_METRICS_PORT is not a known variable and is not read']],
  ])('%s', (_, env, warnings) => {
    expect(load({ env }).warnings).toEqual(warnings);
  });

  test('the singular of a list is forgiven', () => {
    const { config, warnings } = load({ env: { OAUTH2_PROXY_UPSTREAM: 'http://a.example' } });
    expect(config.upstream.upstreams).toEqual(['http://a.example']);
    expect(warnings).toEqual(['OAUTH2_PROXY_UPSTREAM is read for want of OAUTH2_PROXY_UPSTREAMS; rename it']);
  });

  test('the right name outranks the forgiven one', () => {
    const env = { OAUTH2_PROXY_API_ROUTES: '^/a', OAUTH2_PROXY_API_ROUTE: '^/b' };
    expect(load({ env }).config.policy.apiRoutes).toEqual(['^/a']);
    expect(
      load({ env: { OAUTH2_PROXY_API_ROUTE: '^/b' }, toml: 'api_routes = ["^/c"]' }).config.policy.apiRoutes,
    ).toEqual(['^/c']);
  });

  test.each([
    'WHITELIST_DOMAIN',
    'TRUSTED_IP',
    'TRUSTED_PROXY_IP',
    'SKIP_AUTH_ROUTE',
    'SKIP_AUTH_REGEXES',
    'OIDC_EXTRA_AUDIENCE',
  ])('a forgiven OAUTH2_PROXY_%s would open what the reference keeps shut: a warning only', (name) => {
    const { config, warnings } = load({ env: { [`OAUTH2_PROXY_${name}`]: '10.0.0.1' } });
    expect(config).toEqual(load().config);
    expect(warnings.join()).toMatch(new RegExp(`^OAUTH2_PROXY_${name} is not read; did you mean OAUTH2_PROXY_`));
  });

  test('warnings come along when the start is refused', () => {
    expect(refusal(() => loadOnly({ env: { OAUTH2_PROXY_CLIENTID: 'x' } })).warnings.join()).toContain(
      'did you mean OAUTH2_PROXY_CLIENT_ID?',
    );
  });
});
