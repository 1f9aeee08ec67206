// What is the outcome of the whole run? The last line counts; what was left out is named, and no log may hold a secret.
import { writeSync } from 'node:fs';
import { forgetWritten, leaksOfTheRun } from './written.ts';

// A class and a default export, because that is what jest loads.
export default class CountingReporter {
  #skippedUnderCi = 0;
  #leaks = [];

  onRunStart() {
    forgetWritten();
  }

  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap(({ testResults }) =>
      testResults.filter(({ status }) => status === 'pending' || status === 'todo' || status === 'skipped'),
    );
    for (const { fullName } of skipped) console.log(`SKIPPED  ${fullName}`);
    const brokenFiles = results.testResults.filter(({ testExecError }) => testExecError !== undefined).length;
    // The one test that has to be the last, so it is done here: jest runs files in any order (security O-3, U-3).
    this.#leaks = leaksOfTheRun();
    const hasLeaks = this.#leaks.length > 0;
    console.log(`O-3, U-3: no log of this run holds a secret: ${hasLeaks ? 'FAILED' : 'passed'}`);
    for (const leak of this.#leaks.slice(0, 20)) console.log(`  ${leak}`);
    const failed = results.numFailedTests + brokenFiles + Number(hasLeaks);
    if (process.env.CI === 'true' && skipped.length > 0) {
      this.#skippedUnderCi = skipped.length;
      console.log('Under CI=true nothing may be skipped: each of these counts as failed.');
    }
    const counts = [`${results.numPassedTests + Number(!hasLeaks)} passed`, `${failed + this.#skippedUnderCi} failed`];
    const line = [...counts, `${skipped.length - this.#skippedUnderCi} skipped`].join(', ');
    // Jest prints its own summary after all reporters, so the last word takes the end of the process.
    process.once('exit', () => writeSync(1, `${line}\n`));
  }

  /** An error here makes jest end with 1. */
  getLastError() {
    if (this.#leaks.length > 0) return new Error('a log holds a secret');
    return this.#skippedUnderCi > 0 ? new Error(`${this.#skippedUnderCi} tests were skipped`) : undefined;
  }
}
