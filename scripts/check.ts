// Usage: npm run check
//
// The fast, static part of the gate: format and lint with the import walls, types, texts in every language, dead code.
import { runSteps } from './steps.ts';

export const STATIC_CHECKS = [
  ['biome', 'check', '--error-on-warnings', '.'],
  ['tsc', '-p', 'tsconfig.json'],
  ['tsc', '-p', 'iframe-app/tsconfig.json'],
  ['node', 'scripts/check-texts.ts'],
  ['knip'],
] as const;

if (import.meta.main) process.exit(runSteps(STATIC_CHECKS));
