import { pathToFileURL } from 'node:url';
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';
import type { Message } from './text-types.ts';

export const TEXT_FILE = /\/(?:\w+-)?texts\/[a-z]{2}\.ts$/;

/**
 * Parses the messages of the text files while the app is built, so that the page carries neither the parser (7 kB gzip) nor the
 * work. A text file may hold data only: what it exports goes into the page as JSON.
 */
export function compileTexts(): Plugin {
  return {
    name: 'leadrelay:compile-texts',
    // The page has compiled messages only; this is the same library with its parser left out.
    config: () => ({
      resolve: {
        alias: [
          { find: /^@formatjs\/icu-messageformat-parser$/, replacement: '@formatjs/icu-messageformat-parser/no-parser.js' },
        ],
      },
    }),
    async load(id) {
      if (!TEXT_FILE.test(id)) return null;
      // Node keeps what it has imported; under a watching build the file has changed since.
      const version = Date.now();
      const { texts, ...others }: { texts: Record<string, string> } = await import(`${pathToFileURL(id).href}?${version}`);
      const exported = { ...others, texts: compile(texts) };
      return Object.entries(exported)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
  };
}

export function compile(texts: Record<string, string>): Record<string, Message> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, text.includes('{') ? parse(text, { ignoreTag: true }) : text]),
  );
}
