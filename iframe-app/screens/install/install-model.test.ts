import { expect, test } from 'vitest';
import { createInstall } from './install-model.ts';

test('the portal is told, given time to load the app, and then left to itself', async () => {
  const reload = Promise.withResolvers<void>();
  const install = createInstall({ host: { finishInstall: async () => {} }, wait: () => reload.promise });
  const finished = install.finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(install.state.value).toBe('done');
  reload.resolve();
  await finished;
  expect(install.state.value).toBe('left');
});

test('a portal that does not answer is a failure that can be tried again', async () => {
  let answers = false;
  const install = createInstall({
    host: {
      finishInstall: async () => {
        if (!answers) throw new Error('no answer');
      },
    },
    wait: async () => {},
  });
  await install.finish();
  expect(install.state.value).toBe('failed');
  answers = true;
  await install.finish();
  expect(install.state.value).toBe('left');
});
