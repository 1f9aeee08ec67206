// What happens before the first test of a run? (jest: globalSetup, hence the default export.)
export { openDesk as default } from './keycloak-desk.ts';
