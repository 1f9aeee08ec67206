// How is the provider told of a sign-out? The whole table.
import { planSignOut, type SignOutFacts, type SignOutPlan } from '../../src/provider/sign-out-plan.ts';

const endpoint = 'https://idp.example/end';
const keycloak = 'https://kc.example/realms/main/protocol/openid-connect/logout';
const elsewhere = 'https://hook.example/bye?t={id_token}';
const wish = new URL(`${endpoint}?x=1`);

function facts(over: Partial<SignOutFacts>): SignOutFacts {
  return {
    mode: 'auto',
    isDiscovered: true,
    endSessionEndpoint: endpoint,
    backendLogoutUrl: '',
    mayReturn: false,
    isKeycloak: false,
    wishAtProvider: undefined,
    ...over,
  };
}

/** `kind where`, in one line. */
function told(plan: SignOutPlan): string {
  switch (plan.kind) {
    case 'redirect':
      return `redirect ${plan.endpoint.href}`;
    case 'backend':
      return `backend ${plan.endpoint.href}${plan.written === undefined ? '' : ' as written'}`;
    case 'call':
      return `call ${plan.url}${plan.isOptional ? ' (optional)' : ''}`;
    default:
      return plan.kind;
  }
}

const undiscovered = { isDiscovered: false, endSessionEndpoint: undefined };
const none = { endSessionEndpoint: undefined };
const atKeycloak = { isKeycloak: true, endSessionEndpoint: keycloak };

test.each<[string, Partial<SignOutFacts>, string]>([
  ['auto: any provider: the browser goes there', {}, `redirect ${endpoint}`],
  ['auto: and comes back where that is configured', { mayReturn: true }, `redirect ${endpoint}`],
  ['auto: Keycloak without a return address: server to server', atKeycloak, `backend ${keycloak}`],
  ['auto: Keycloak with one: by the browser', { ...atKeycloak, mayReturn: true }, `redirect ${keycloak}`],
  ['R6: auto: no endpoint: local only', none, 'local'],
  ['auto: nobody knows yet: that is a failure', undiscovered, 'unreachable'],
  ['auto: a wish at the provider: there', { wishAtProvider: wish }, `redirect ${wish.href}`],
  ['auto: a wish at Keycloak: there', { ...atKeycloak, wishAtProvider: wish }, `redirect ${wish.href}`],
  ['auto: an own backend URL', { backendLogoutUrl: elsewhere }, `call ${elsewhere}`],
  ['auto: comes before a wish', { backendLogoutUrl: elsewhere, wishAtProvider: wish }, `call ${elsewhere}`],
  ['auto: and before Keycloak', { ...atKeycloak, backendLogoutUrl: elsewhere }, `call ${elsewhere}`],
  [
    'auto: the report’s backend URL is the endpoint',
    { ...atKeycloak, backendLogoutUrl: keycloak, mayReturn: true },
    `backend ${keycloak} as written`,
  ],
  [
    'auto: with a placeholder, too',
    { backendLogoutUrl: `${endpoint}?id_token_hint={id_token}` },
    `backend ${endpoint}?id_token_hint={id_token} as written`,
  ],
  [
    'auto: Keycloak’s path is known without discovery, also at an inner host',
    { ...undiscovered, backendLogoutUrl: keycloak },
    `backend ${keycloak} as written`,
  ],
  ['redirect: there', { mode: 'redirect' }, `redirect ${endpoint}`],
  ['redirect: Keycloak, too', { ...atKeycloak, mode: 'redirect' }, `redirect ${keycloak}`],
  ['redirect: a wish there', { mode: 'redirect', wishAtProvider: wish }, `redirect ${wish.href}`],
  ['redirect: no backend URL counts', { mode: 'redirect', backendLogoutUrl: elsewhere }, `redirect ${endpoint}`],
  ['R6: redirect: no endpoint: local only', { ...none, mode: 'redirect' }, 'local'],
  ['redirect: nobody knows yet', { ...undiscovered, mode: 'redirect' }, 'unreachable'],
  ['backend: there', { mode: 'backend' }, `backend ${endpoint}`],
  ['backend: a return address changes nothing', { mode: 'backend', mayReturn: true }, `backend ${endpoint}`],
  ['backend: nor does a wish', { mode: 'backend', wishAtProvider: wish }, `backend ${endpoint}`],
  ['backend: an own URL', { mode: 'backend', backendLogoutUrl: elsewhere }, `call ${elsewhere}`],
  ['R6: backend: no endpoint: local only', { ...none, mode: 'backend' }, 'local'],
  ['backend: nobody knows yet', { ...undiscovered, mode: 'backend' }, 'unreachable'],
  ['off: nobody is told', { mode: 'off' }, 'local'],
  ['off: whatever is wished', { ...atKeycloak, mode: 'off', wishAtProvider: wish, mayReturn: true }, 'local'],
  [
    'off: a backend URL as in the reference',
    { mode: 'off', backendLogoutUrl: keycloak },
    `call ${keycloak} (optional)`,
  ],
  ['off: even before discovery', { ...undiscovered, mode: 'off' }, 'local'],
])('%s', (_, given, expected) => {
  expect(told(planSignOut(facts(given)))).toBe(expected);
});

test.each([
  ['another host', 'https://other.example/end'],
  ['another port', 'https://idp.example:8443/end'],
  ['another scheme', 'http://idp.example/end'],
  ['another path', 'https://idp.example/end/'],
])('a backend URL at %s is not the endpoint', (_, backendLogoutUrl) => {
  expect(planSignOut(facts({ backendLogoutUrl })).kind).toBe('call');
});
