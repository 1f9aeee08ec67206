// npm run setup: are the programs here that the demo and the tests want, and can they be installed?
// Plain JavaScript, so that it runs with whatever Node.js the machine has.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { setUpKeycloak } from './setup-keycloak.mjs';

const wanted = [
  { package: 'nginx-light', programs: ['nginx'], for: 'the demo, and tests of the nginx snippets' },
  { package: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], for: 'tests in a browser' },
  { package: 'redis-server', programs: ['redis-server'], for: 'tests of sessions in Redis' },
  { package: 'openssl', programs: ['openssl'], for: 'tests with certificates' },
  { package: 'fonts-dejavu-core', files: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'], for: 'screenshots' },
];

const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
const exists = (path, mode = constants.R_OK) => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};
const find = (program) => folders.map((folder) => join(folder, program)).find((path) => exists(path, constants.X_OK));
const isThere = ({ programs = [], files = [] }) => programs.some(find) || files.some((file) => exists(file));

/** How apt-get is run as root here; undefined where it cannot be. */
function aptGet() {
  if (!find('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  const mayWithoutAsking = find('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return mayWithoutAsking ? ['sudo', '-n', 'apt-get'] : undefined;
}

function run([program, ...args]) {
  console.log(`  $ ${[program, ...args].join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

const missing = wanted.filter((part) => !isThere(part));
for (const part of wanted)
  console.log(`${missing.includes(part) ? 'missing ' : 'here    '} ${part.package}: ${part.for}`);
if (missing.length === 0) {
  console.log('setup: nothing to do');
} else {
  const apt = aptGet();
  const packages = missing.map((part) => part.package);
  if (apt === undefined) {
    console.log(
      'setup: cannot install here (that takes root and apt-get); what is missing is left out by demo and tests:',
    );
    console.log(`  apt-get install --no-install-recommends ${packages.join(' ')}`);
  } else {
    run([...apt, 'update', '-qq']);
    run([...apt, 'install', '-y', '-qq', '--no-install-recommends', ...packages]);
    const still = missing.filter((part) => !isThere(part)).map((part) => part.package);
    console.log(
      still.length === 0 ? `setup: installed ${packages.join(', ')}` : `setup: could not install ${still.join(', ')}`,
    );
  }
}
setUpKeycloak(find);
