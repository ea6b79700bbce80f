// Usage: npm run check
//
// The fast, static part of the gate: format and lint with the import walls, types, dead code, texts in every language.
import { runSteps } from './steps.ts';

export const STATIC_CHECKS = [
  ['biome', 'check', '--error-on-warnings', '.'],
  ['tsc', '-p', 'tsconfig.json'],
  ['tsc', '-p', 'iframe-app/tsconfig.json'],
  ['knip'],
  ['node', 'scripts/check-texts.ts'],
] as const;

if (import.meta.main) process.exit(runSteps(STATIC_CHECKS));
