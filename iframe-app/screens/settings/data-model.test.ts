import { expect, test } from 'vitest';
import { type Api, ApiError, type ServerFile } from '../../api.ts';
import { sampleAccessLog, sampleUsage } from '../../testing/sample-settings.ts';
import { createData } from './data-model.ts';
import { createDeletion } from './deletion-model.ts';

const ARCHIVE: ServerFile = { content: new Blob(['PK']), disposition: null };

function setUp(answers: Record<string, (signal?: AbortSignal) => unknown>) {
  const calls: string[] = [];
  const saved: string[] = [];
  const ask: Api['ask'] = async ({ method, path, body, check, signal }) => {
    calls.push(`${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`);
    const reply = await answers[path]?.(signal);
    if (!check(reply)) throw new ApiError('bad_reply');
    return reply;
  };
  const dashboard = { refresh: async () => void calls.push('refresh') };
  const model = createData({
    api: { ask },
    dashboard,
    saveFile: (_file, name) => saved.push(name),
    now: () => Date.UTC(2026, 2, 9),
  });
  return { model, deletion: createDeletion({ api: { ask }, dashboard }), calls, saved };
}

test('the log goes on where the page before ended, and begins anew when it is opened again', async () => {
  const [first, second] = [sampleAccessLog({ next: 9 }), sampleAccessLog()];
  const { model, calls } = setUp({ '/api/data/access-log': () => first, '/api/data/access-log?before=9': () => second });
  await model.readLog();
  expect([model.entries.value?.length, model.hasMoreEntries.value]).toEqual([5, true]);
  await model.readMoreLog();
  expect([model.entries.value?.length, model.hasMoreEntries.value]).toEqual([10, false]);
  await model.readMoreLog();
  expect(calls).toHaveLength(2);
  await model.readLog();
  expect(model.entries.value?.length).toBe(5);
});

test('an archive is saved under its day; one that is cancelled is neither saved nor a failure', async () => {
  const { model, saved } = setUp({ '/api/data/export': () => ARCHIVE });
  await model.exportAll();
  expect([saved, model.exporting.value.kind]).toEqual([['leadrelay-2026-03-09.zip'], 'done']);
  const begun = Promise.withResolvers<void>();
  const cancelled = setUp({
    '/api/data/export': (signal) => {
      begun.resolve();
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new ApiError('network')));
      });
    },
  });
  const exporting = cancelled.model.exportAll();
  await begun.promise;
  cancelled.model.cancelExport();
  await exporting;
  expect([cancelled.saved, cancelled.model.exporting.value.kind]).toEqual([[], 'idle']);
});

test('an archive that breaks off is a failure', async () => {
  const { model, saved } = setUp({
    '/api/data/export': () => {
      throw new ApiError('network');
    },
  });
  await model.exportAll();
  expect([saved, model.exporting.value.kind]).toEqual([[], 'failed']);
});

test('a count that is not what was promised is no count', async () => {
  const { model } = setUp({ '/api/data/usage': () => ({ ...sampleUsage(), records: 'many' }) });
  await model.count();
  expect([model.usage.value, model.counting.value.kind]).toEqual([null, 'failed']);
});

test('a deletion that is planned or taken back shows on the dashboard', async () => {
  const { model, deletion, calls } = setUp({
    '/api/data/delete-all': () => ({ deletesAt: '2026-04-08T00:00:00.000Z' }),
    '/api/data/delete-all/undo': () => ({ deletesAt: null }),
  });
  await model.deleteAll('x.example');
  await deletion.undo();
  expect(calls).toEqual([
    'POST /api/data/delete-all {"confirmation":"x.example"}',
    'refresh',
    'POST /api/data/delete-all/undo {}',
    'refresh',
  ]);
});

test('a deletion that somebody else has taken back meanwhile shows the numbers again', async () => {
  let deletesAt: string | null = '2026-04-08T00:00:00.000Z';
  const { deletion, calls } = setUp({ '/api/data/deletion': () => ({ deletesAt }) });
  await deletion.load();
  expect([deletion.deletesAt.value, calls]).toEqual([deletesAt, ['GET /api/data/deletion']]);
  deletesAt = null;
  await deletion.load();
  expect(calls.at(-1)).toBe('refresh');
});
