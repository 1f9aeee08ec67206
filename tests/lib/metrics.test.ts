// Are things counted under the names and labels that a Prometheus server expects?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/lib/metrics-prometheus.ts';
import { noMetrics, type Metrics } from '../../src/lib/metrics.ts';
import { samplesOf } from '../support/samples.ts';

/** Value of each series that a run changes or adds. */
async function after(run: (metrics: Metrics) => void): Promise<Record<string, number>> {
  const metrics = createMetrics();
  const before = samplesOf((await metrics.text()).body);
  run(metrics);
  const now = samplesOf((await metrics.text()).body);
  const ours = Object.entries(now).filter(([series]) => series.startsWith('oauth2_'));
  return Object.fromEntries(ours.filter(([series, value]) => value !== before[series]));
}

const request = { method: 'GET', statusCode: 202, durationMs: 0 };

test.each<[string, (metrics: Metrics) => void, Record<string, number>]>([
  [
    'a request that is being answered is in flight',
    (metrics) => metrics.requestStarted(),
    { oauth2_proxy_requests_in_flight: 1 },
  ],
  [
    'a sign-in that came about has no reason',
    (metrics) => metrics.signIn('ok'),
    { 'oauth2_sidecar_sign_ins_total{result="ok"}': 1 },
  ],
  [
    'a refused sign-in has one',
    (metrics) => metrics.signIn('refused', 'group_not_allowed'),
    { 'oauth2_sidecar_sign_ins_total{result="refused",reason="group_not_allowed"}': 1 },
  ],
  [
    'a refused logout token has one as well',
    (metrics) => metrics.logoutToken('refused', 'logout_token_nonce'),
    { 'oauth2_sidecar_logout_tokens_total{result="refused",reason="logout_token_nonce"}': 1 },
  ],
  [
    'refreshes are told apart by their result',
    (metrics) => ['renewed', 'revoked', 'renewed'].forEach((result) => metrics.refresh(result as 'renewed')),
    { 'oauth2_sidecar_refreshes_total{result="renewed"}': 2, 'oauth2_sidecar_refreshes_total{result="revoked"}': 1 },
  ],
  [
    'a sign-out is counted step by step',
    (metrics) => {
      metrics.signOut({ step: 'started', result: 'ok' });
      metrics.signOut({ step: 'cleared', result: 'ok' });
      metrics.signOut({ step: 'provider_told', result: 'sent', how: 'redirect' });
      metrics.signOut({ step: 'returned', result: 'ok' });
    },
    {
      'oauth2_sidecar_sign_outs_total{step="started",result="ok"}': 1,
      'oauth2_sidecar_sign_outs_total{step="cleared",result="ok"}': 1,
      'oauth2_sidecar_sign_outs_total{step="provider_told",result="sent",how="redirect"}': 1,
      'oauth2_sidecar_sign_outs_total{step="returned",result="ok"}': 1,
    },
  ],
])('%s', async (_, run, expected) => {
  expect(await after(run)).toEqual(expected);
});

test('a request that was answered is counted by status and method, and is in flight no more', async () => {
  const series = await after((metrics) => {
    metrics.requestStarted();
    metrics.requestEnded({ ...request, durationMs: 30 });
  });
  expect(series).toMatchObject({
    'oauth2_proxy_requests_total{code="202"}': 1,
    'oauth2_proxy_response_duration_seconds_sum{method="get"}': 0.03,
    'oauth2_proxy_response_duration_seconds_count{method="get"}': 1,
    'oauth2_proxy_response_duration_seconds_bucket{method="get",le="0.025"}': 0,
    'oauth2_proxy_response_duration_seconds_bucket{method="get",le="0.05"}': 1,
  });
  expect(series).not.toHaveProperty('oauth2_proxy_requests_in_flight');
});

test('strangers cannot make series by inventing methods', async () => {
  const series = await after((metrics) => {
    for (const method of ['PURGE', 'M-SEARCH', 'x', '']) metrics.requestEnded({ ...request, method });
  });
  const methods = Object.keys(series).flatMap((name) => /_count\{method="(.*)"\}/.exec(name)?.[1] ?? []);
  expect(methods).toEqual(['unknown']);
});

test('the time that the provider took is observed where there was one', async () => {
  const series = await after((metrics) => {
    metrics.signOut({ step: 'provider_told', result: 'ok', how: 'refresh_token', durationMs: 400 });
    metrics.signOut({ step: 'provider_told', result: 'skipped' });
  });
  expect(series).toMatchObject({
    oauth2_sidecar_sign_out_provider_seconds_count: 1,
    oauth2_sidecar_sign_out_provider_seconds_sum: 0.4,
  });
});

test('what will be counted begins at 0, so that rate() sees the first of it', async () => {
  const series = samplesOf((await createMetrics().text()).body);
  for (const [name, value] of Object.entries({
    sign_ins_total: 'ok refused failed',
    logout_tokens_total: 'ok refused failed',
    refreshes_total: 'renewed revoked unavailable',
  })) {
    for (const result of value.split(' ')) expect(series[`oauth2_sidecar_${name}{result="${result}"}`]).toBe(0);
  }
  for (const step of ['started', 'cleared', 'returned']) {
    expect(series[`oauth2_sidecar_sign_outs_total{step="${step}",result="ok"}`]).toBe(0);
  }
});

test('reading is counted as the reference does, the reading itself in flight', async () => {
  const metrics = createMetrics();
  await metrics.text();
  const { contentType, body } = await metrics.text();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(samplesOf(body)).toMatchObject({
    'promhttp_metric_handler_requests_total{code="200"}': 1,
    'promhttp_metric_handler_requests_total{code="500"}': 0,
    promhttp_metric_handler_requests_in_flight: 1,
    process_cpu_seconds_total: expect.any(Number) as unknown as number,
    nodejs_heap_size_used_bytes: expect.any(Number) as unknown as number,
  });
});

test('two of them know nothing of each other', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.signIn('ok');
  expect(samplesOf((await other.text()).body)['oauth2_sidecar_sign_ins_total{result="ok"}']).toBe(0);
});

test('without metrics there is nothing to read', async () => {
  noMetrics.signIn('ok');
  noMetrics.requestEnded(request);
  expect((await noMetrics.text()).body).toBe('');
});

test('docs/metrics.md names every series of ours, and none that is not there', async () => {
  const documented = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const named = [...documented.matchAll(/^\| `((?:oauth2|promhttp)_\w+)(?:\{([\w,]+)\})?`/gm)].map(([, name]) => name);
  const { body } = await createMetrics().text();
  const served = [...body.matchAll(/^# TYPE ((?:oauth2|promhttp)_\w+) /gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(served.toSorted());
});
