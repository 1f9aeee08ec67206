// What happens after the last test of a run? (jest: globalTeardown, hence the default export.)
export { closeDesk as default } from './keycloak-desk.ts';
