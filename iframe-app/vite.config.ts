import path from 'node:path';
import process from 'node:process';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';
import { compileTexts } from './compile-texts.ts';
import { keepFormerFiles } from './keep-former-files.ts';

// What is built is what is shipped, whoever asks for it: under a test runner's NODE_ENV the JSX would come in its form for
// debugging, 2 kB larger.
// biome-ignore lint/style/noProcessEnv: Vite takes this from nowhere else, and nothing is read from it here.
process.env.NODE_ENV = 'production';

/** Modules that the first page is made of: the entry and all that it imports at once. */
const firstPage = new Set<string>();

const findFirstPage: Plugin = {
  name: 'find-first-page',
  buildEnd() {
    const visit = (id: string): void => {
      if (firstPage.has(id)) return;
      firstPage.add(id);
      for (const imported of this.getModuleInfo(id)?.importedIds ?? []) visit(imported);
    };
    for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) visit(id);
  },
};

/** What Vite wraps each `import()` in; see load-later.ts. */
const ownLoader: Plugin = {
  name: 'own-loader',
  enforce: 'pre',
  load(id) {
    if (id !== '\0vite/preload-helper.js') return null;
    return `export { loadLater as __vitePreload } from ${JSON.stringify(path.join(import.meta.dirname, 'load-later.ts'))};`;
  },
};

/**
 * What the server's page relies on:
 * - `dist/iframe-app/.vite/manifest.json`, entry key `main.tsx`, names the entry script (`file`) and its styles (`css`),
 *   each as `assets/<name>-<hash>.<ext>`; the page refers to them as `/assets/…`.
 * - `dist/iframe-app/assets/*` is served as `/assets/*`. Names carry a content hash, so they never change.
 * - The page holds `<script type="application/json" id="boot">` (contract `BootData`), `<div id="app">` and the entry as
 *   `<script type="module">`. Later chunks are `import()`ed by it, so a nonce on the entry covers them too.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [preact(), compileTexts(), findFirstPage, ownLoader, keepFormerFiles()],
  build: {
    outDir: path.join(import.meta.dirname, '..', 'dist', 'iframe-app'),
    manifest: true,
    assetsDir: 'assets',
    target: 'es2022',
    // Preloading adds <link> elements from script, which a nonce-only policy refuses; nothing is lost, the chunks have no imports of their own.
    modulePreload: false,
    // An inlined asset is a data: URL that the page's policy would have to allow.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: path.join(import.meta.dirname, 'main.tsx'),
      // Reading a property does nothing else in this code. Chart.js reads some in the classes of scales that nobody uses here, which
      // would all be kept for it: 5 kB gzip.
      treeshake: { propertyReadSideEffects: false },
      // Left to itself, the bundler puts what the first page shares with screens that load later into a file of its own: one more
      // request, one after the other, and half a kilobyte of names between the two.
      output: { codeSplitting: { groups: [{ name: 'main', test: (id) => firstPage.has(id) }] } },
    },
  },
});
