// Which values do property tests meet? New ones each time, but the same ones in CI: a change is not held up by another's find.
import fc from 'fast-check';

export const seed = Number(
  process.env['FUZZ_SEED'] ?? (process.env['CI'] === 'true' ? 20_261_122 : Date.now() % 2 ** 31),
);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
