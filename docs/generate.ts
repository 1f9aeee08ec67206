// Writes what is generated from the table of options: docs/options.md and .env.example. Run: node docs/generate.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample, optionsMarkdown } from '../src/config/reference.ts';

writeFileSync(join(import.meta.dirname, 'options.md'), optionsMarkdown());
writeFileSync(join(import.meta.dirname, '../.env.example'), envExample());
