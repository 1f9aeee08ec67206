// Is a Keycloak in the cache that the tests can start, and can it be brought there?
// Plain JavaScript, as setup.mjs is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '26.7.2';
const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'oauth2-sidecar');
const home = join(cache, `keycloak-${version}`); // tests/support/keycloak.ts looks here
const what = `keycloak ${version}: for tests of signing out at a real provider (npm run test:keycloak)`;

/** @param {(program: string) => string | undefined} find */
export function setUpKeycloak(find) {
  if (existsSync(home)) return console.log(`here     ${what}`);
  console.log(`missing  ${what}`);
  const unzip = find('unzip') ? ['unzip', '-q'] : ['jar', 'xf'];
  const lacking = ['java', 'mvn', unzip[0]].filter((program) => !find(program));
  if (lacking.length > 0) {
    const of = `${lacking.join(' and ')} (apt-get install openjdk-17-jre-headless maven unzip)`;
    return console.log(`setup: cannot fetch Keycloak without ${of}; its tests are left out`);
  }
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'setup-'));
  try {
    const done = make(work, unzip);
    // In one step, so that what is there is complete.
    if (done && !existsSync(home)) renameSync(join(work, `keycloak-${version}`), home);
    console.log(
      done ? `setup: Keycloak is in ${home}` : 'setup: could not bring Keycloak here; its tests are left out',
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function make(work, unzip) {
  const kc = [join(work, `keycloak-${version}`, 'bin', 'kc.sh')];
  return [
    ['mvn', '-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${work}`],
    [...unzip, `keycloak-quarkus-dist-${version}.zip`],
    // jar forgets who may run a file.
    ['chmod', '+x', ...kc],
    // What every start would do again: 20 s for the build, 12 s for the first tables.
    [...kc, 'build', '--db=dev-file', '--health-enabled=true'],
    [...kc, 'bootstrap-admin', 'user', '--optimized', '--no-prompt', '--username=admin', '--password:env=PASSWORD'],
  ].every((command) => run(command, work));
}

/** Says what a step had to say only when it fails. */
function run([program, ...args], cwd) {
  console.log(`  $ ${[program, ...args].join(' ')}`);
  const env = { ...process.env, PASSWORD: 'admin' }; // of servers that only tests on this machine reach
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) console.log(error?.message ?? `${stdout}${stderr}`.slice(-2000));
  return status === 0;
}
