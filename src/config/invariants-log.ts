// Can log lines be written as the operator wants them?
import { templateProblem } from '../lib/log-template.ts';
import { whyUnwritable } from '../lib/why-unwritable.ts';
import type { Checkup } from './checkup.ts';

const kinds = ['standard', 'auth', 'request'] as const;

export function checkLogs({ config: { log }, problem }: Checkup): void {
  for (const kind of kinds) {
    const why = templateProblem(kind, log[`${kind}LoggingFormat`]);
    if (why !== undefined) problem(`${kind}-logging-format`, `cannot be used: ${why}`);
  }
  checkFile(log.loggingFilename, problem);
  for (const [flag, value] of [
    ['logging-max-size', log.loggingMaxSize],
    ['logging-max-age', log.loggingMaxAge],
    ['logging-max-backups', log.loggingMaxBackups],
  ] as const) {
    if (value < 0) problem(flag, `must not be negative (got ${value})`);
  }
}

function checkFile(path: string, problem: Checkup['problem']): void {
  if (path === '') return;
  const why = whyUnwritable(path);
  if (why !== undefined)
    problem(
      'logging-filename',
      `cannot be written (got "${path}"): ${why}`,
      'let this user write the file and its folder',
    );
}
