// How often does a process open something sealed? Loaded in front of it (--import …?to=FILE), counts until its end.
import crypto from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const file = new URL(import.meta.url).searchParams.get('to') ?? '';
const original = crypto.createDecipheriv;
let count = 0;
crypto.createDecipheriv = ((...args: Parameters<typeof original>) => {
  count += 1;
  return original(...args);
}) as typeof original;
syncBuiltinESMExports();
process.once('exit', () => writeFileSync(file, String(count)));
