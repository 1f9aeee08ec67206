// Do the conformance cases that passed before still pass?
// usage: node tests/compat/run-conformance.mjs <run.mjs of the conformance cases>; wants dist/ (npm run build).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [runner] = process.argv.slice(2);
const root = join(import.meta.dirname, '../..');
const list = join(import.meta.dirname, 'conformance.txt');
const globs = readFileSync(list, 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter((line) => line !== '');

if (runner === undefined || globs.length === 0) {
  console.log(runner === undefined ? 'name the runner of the conformance cases' : 'no conformance case is listed yet');
  console.log('0 passed, 0 failed');
  process.exit(runner === undefined ? 2 : 0);
}

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
const outcome = join(folder, 'outcome.json');
const target = 'node_modules/.bin/node dist/main.js';
const only = globs.flatMap((glob) => ['--only', glob]);
const args = [runner, '--target', target, '--jobs', '2', '--json', outcome, ...only];
const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
await once(child, 'exit');

let results = [];
try {
  ({ results } = JSON.parse(readFileSync(outcome, 'utf8')));
} catch (error) {
  console.log(`the conformance cases could not be run: ${error.message}`);
}
rmSync(folder, { recursive: true });

const unknown = globs.filter((glob) => !results.some(({ id }) => matches(id, glob)));
for (const glob of unknown) console.log(`FAIL ${glob}: listed in conformance.txt, and no such case was run`);
const passed = results.filter(({ status }) => status === 'passed').length;
const failed = results.filter(({ status }) => status === 'failed').length + unknown.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** As the runner understands globs: * and ?, and a bare prefix. */
function matches(id, glob) {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(id) || id.startsWith(glob.endsWith('/') ? glob : `${glob}/`);
}
