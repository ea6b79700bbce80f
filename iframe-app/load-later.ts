const sheets = new Map<string, Promise<unknown>>();

/**
 * Loads a file of the app that comes later, with its stylesheets. The build puts it in the place of Vite's own helper, which knows
 * how to preload modules and to report failures, neither of which is used here, and weighs 1.3 kB gzip for it.
 * @param files stylesheets, by their paths below the root
 */
export async function loadLater<T>(load: () => Promise<T>, files: readonly string[] = []): Promise<T> {
  const [loaded] = await Promise.all([load(), ...files.map(addSheet)]);
  return loaded;
}

function addSheet(file: string): Promise<unknown> {
  const present = sheets.get(file);
  if (present) return present;
  const link = document.createElement('link');
  const sheet = new Promise((resolve, reject) => {
    Object.assign(link, { rel: 'stylesheet', href: `/${file}`, onload: resolve, onerror: reject });
  });
  sheets.set(file, sheet);
  document.head.append(link);
  // Asked for again, it is tried again.
  sheet.catch(() => {
    sheets.delete(file);
    link.remove();
  });
  return sheet;
}
