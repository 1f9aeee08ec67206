// A structured configuration that starts, to bend one thing at a time.
import type { Loaded } from '../../src/config/load.ts';
import { loadOnly, type Place } from './given.ts';

/** What stays in options. */
export const core: readonly string[] = [
  '--alpha-config=alpha.yaml',
  '--cookie-secret=s3cret-of-the-cookie',
  '--email-domain=*',
  '--redirect-url=https://app.example/oauth2/callback',
];

export const server = 'server: {bindAddress: "127.0.0.1:4180"}';

/** `more` are further lines of the provider. */
export function providers(more = '', oidc = ''): string {
  return `providers:
  - id: main
    provider: oidc
    clientID: app
    clientSecret: s3cret-of-the-client
${more}
    oidcConfig:
      issuerURL: https://id.example
${oidc}
`;
}

export const good = `${server}\n${providers()}`;

/** `yaml` is the content of alpha.yaml. */
export function loadAlpha(yaml: string, place: Place = {}): Loaded {
  return loadOnly({
    ...place,
    argv: [...core, ...(place.argv ?? [])],
    files: { ...place.files, 'alpha.yaml': yaml },
  });
}
