// What makes the structured form? Loaded only where it is asked for, for it brings a YAML parser along.
import { readAlphaFile } from './alpha-file.ts';
import { printAlpha } from './alpha-print.ts';
import type { AlphaForm } from './form.ts';

export const alphaForm: AlphaForm = { read: readAlphaFile, print: printAlpha };
