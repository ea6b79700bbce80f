import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'vite';

/** Somebody who has opened the app asks for its later files for as long as the page stays open: a portal's tab does for weeks. */
const KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Leaves the files of former builds beside the new ones and takes those away that no build of the last 30 days was made of. While
 * sources are watched every change is a build, and nothing is kept.
 */
export function keepFormerFiles(): Plugin {
  return {
    name: 'leadrelay:keep-former-files',
    config: () => ({ build: { emptyOutDir: false } }),
    async writeBundle({ dir = '' }, bundle) {
      const { watchMode } = this.meta;
      const isOld = async (file: string) => watchMode || Date.now() - (await stat(file)).mtimeMs > KEPT_MS;
      for (const name of await readdir(path.join(dir, 'assets'))) {
        const file = path.join(dir, 'assets', name);
        // What a build is made of it writes anew, so its time is that of the last build that needed it.
        if (!(`assets/${name}` in bundle) && (await isOld(file))) await rm(file);
      }
    },
  };
}
