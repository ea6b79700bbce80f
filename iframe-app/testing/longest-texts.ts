import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPluralElement, type MessageFormatElement, parse } from '@formatjs/icu-messageformat-parser';
import { build, type Plugin } from 'vite';
import { compile, TEXT_FILE } from '../compile-texts.ts';
import { LANGUAGES } from '../i18n.ts';

type Texts = Record<string, string>;

/** Builds the app with, in every language, the longest text that any language has for a key. Returns the folder. */
export async function buildWithLongestTexts(): Promise<string> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'leadrelay-longest-'));
  const configFile = path.join(import.meta.dirname, '..', 'vite.config.ts');
  await build({ configFile, logLevel: 'warn', build: { outDir }, plugins: [longestTexts()] });
  return outDir;
}

function longestTexts(): Plugin {
  return {
    name: 'leadrelay:longest-texts',
    enforce: 'pre',
    async load(id) {
      if (!TEXT_FILE.test(id)) return null;
      return `export const texts = ${JSON.stringify(compile(await longestOfFolder(path.dirname(id))))};`;
    },
  };
}

async function longestOfFolder(folder: string): Promise<Texts> {
  const files = LANGUAGES.map((language) => pathToFileURL(path.join(folder, `${language}.ts`)).href);
  return pickLongest(await Promise.all(files.map(async (file): Promise<Texts> => (await import(file)).texts)));
}

function pickLongest(all: Texts[]): Texts {
  const longest: Texts = {};
  for (const texts of all) {
    for (const [key, text] of Object.entries(texts)) {
      const known = longest[key];
      if (known === undefined || lengthOf(text) > lengthOf(known)) longest[key] = text;
    }
  }
  return longest;
}

function lengthOf(text: string): number {
  return shownLength(parse(text, { ignoreTag: true }));
}

/** Letters of the longest that a message can come to, with the same room for whatever is put in. */
function shownLength(message: readonly MessageFormatElement[]): number {
  const lengths = message.map((element) => {
    if (isPluralElement(element)) return Math.max(...Object.values(element.options).map(({ value }) => shownLength(value)));
    return 'value' in element && element.type === 0 ? element.value.length : 6;
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}
