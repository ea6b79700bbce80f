// Usage: node scripts/check-texts.ts
//
// Finds what people would read in the wrong language: texts that a language lacks or that were left in English, plural forms
// that are missing, words that stand in the code of a screen. Part of npm run check.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '../iframe-app/i18n.ts';
import { BY_TEXTS } from '../server/analytics/by-texts.ts';
import { CATALOG_TEXTS } from '../server/analytics/catalog-texts.ts';
import { findLiteralProblems, findTableProblems, findTextProblems, type Texts } from './text-problems.ts';

const ROOT = path.dirname(import.meta.dirname);

/** The same in English and in some other language, and right in both. */
const REVIEWED = new Set([
  // Names and signs.
  'LeadRelay',
  'Bitrix24',
  'HubSpot',
  'Zoho',
  'Freshsales',
  'CRM',
  'Dima',
  'Farid',
  'ID',
  '—',
  // Nothing but what is put in.
  '{month} {year}',
  '{measure} {by}',
  // The second has this sign in Uzbek too, and sizes have these everywhere.
  '{value} s',
  '{value} KB',
  '{value} MB',
  '{value} GB',
  // Loan words in Uzbek.
  'Administrator',
  'Chat',
  // Questions, in a language in which they are understood.
  'How many leads today?',
  'How many leads do we have?',
  'Deals won this month',
  'Revenue this year',
  'Average deal',
  'Conversion rate',
]);

const sources = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .filter((file) => !/\.test\.tsx?$|\/(testing|prisma)\//.test(file))
    .sort();
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Folders with a file for each language. */
async function checkFolders(): Promise<string[]> {
  const folders = new Set(sources('iframe-app/**/{texts,*-texts}/??.ts').map((file) => path.dirname(file)));
  const found = [...folders].map(async (folder) => {
    const files = sources(`${folder}/??.ts`);
    const texts = await Promise.all(
      files.map(async (file): Promise<[string, Texts]> => {
        const { texts }: { texts: Texts } = await import(path.join(ROOT, file));
        return [path.basename(file, '.ts'), texts];
      }),
    );
    return findTextProblems(Object.fromEntries(texts), LANGUAGES, REVIEWED).map((problem) => `${folder}/${problem}`);
  });
  return (await Promise.all(found)).flat();
}

function checkTables(): string[] {
  // What people may ask with (agents/kpi) is fewer languages than they are answered in; the app's own texts are checked above.
  const files = [...sources('{server,marketplace}/**/*.ts'), ...sources('iframe-app/*.ts')];
  return files
    .filter((file) => !file.startsWith('server/agents/kpi/') && file !== 'iframe-app/i18n.ts')
    .flatMap((file) => findTableProblems(file, read(file), LANGUAGES, REVIEWED));
}

function checkCatalog(): string[] {
  const names = [
    ...Object.entries(CATALOG_TEXTS).flatMap(([kind, texts]) =>
      [...texts].map(([name, { label }]) => [`${kind} ${name}`, label] as const),
    ),
    ...[...BY_TEXTS].map(([name, text]) => [`by ${name}`, text] as const),
  ];
  const byLanguage = LANGUAGES.map((language) => [
    language,
    Object.fromEntries(names.map(([name, label]) => [name, label[language]])),
  ]);
  return findTextProblems(Object.fromEntries(byLanguage), LANGUAGES, REVIEWED).map((problem) => `catalog: ${problem}`);
}

const problems = [
  ...(await checkFolders()),
  ...checkTables(),
  ...checkCatalog(),
  ...sources('iframe-app/**/*.tsx').flatMap((file) => findLiteralProblems(file, read(file), REVIEWED)),
];
for (const problem of problems) console.error(problem);
console.error(`${problems.length} untranslated or broken texts.`);
process.exit(problems.length === 0 ? 0 : 1);
