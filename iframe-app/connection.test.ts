import { expect, test } from 'vitest';
import { createConnection } from './connection.ts';

/** A connection over a network that is switched, and a server that does what it is told. */
function setUp(isOnLine = true) {
  const state = { isOnLine, fail: null as unknown, tell: () => {} };
  const connection = createConnection(
    async () => {
      if (state.fail !== null) throw state.fail;
      return new Response();
    },
    {
      isOnLine: () => state.isOnLine,
      onChange: (callback) => {
        state.tell = callback;
      },
    },
  );
  const ask = () => connection.fetch('/api').catch(() => {});
  const network = (on: boolean) => {
    state.isOnLine = on;
    state.tell();
  };
  return { connection, state, ask, network };
}

test('is lost at once when the browser says so, and back with an answer, not with the network', async () => {
  const { connection, ask, network } = setUp();
  expect(connection.isLost.value).toBe(false);
  network(false);
  expect(connection.isLost.value).toBe(true);
  network(true);
  expect(connection.isLost.value).toBe(true);
  await ask();
  expect(connection.isLost.value).toBe(false);
  expect(setUp(false).connection.isLost.value).toBe(true);
});

test('is lost with the second request in a row that nothing answers', async () => {
  const { connection, state, ask } = setUp();
  const failOnce = async (fail: unknown) => {
    state.fail = fail;
    await ask();
    state.fail = null;
  };
  await failOnce(new TypeError('Failed to fetch'));
  await ask();
  await failOnce(new TypeError('Failed to fetch'));
  expect(connection.isLost.value).toBe(false);
  await failOnce(new DOMException('too long', 'TimeoutError'));
  expect(connection.isLost.value).toBe(true);
});

test('is not lost by what the page itself gives up', async () => {
  const { connection, state, ask } = setUp();
  state.fail = new DOMException('gone', 'AbortError');
  await ask();
  await ask();
  expect(connection.isLost.value).toBe(false);
});

test('hands on what was asked and what came of it', async () => {
  const { connection, state } = setUp();
  state.fail = new TypeError('Failed to fetch');
  await expect(connection.fetch('/api')).rejects.toBe(state.fail);
});
