import { expect, test } from 'vitest';
import { ADMIN, startTestPortal } from './test-portal.ts';

const DAY_MS = 86_400_000;

test('an offline event that its reader did not finish within 30 days is given out again', async () => {
  const p = await startTestPortal();
  await p.call('event.bind', { event: 'ONCRMLEADADD', event_type: 'offline' });
  await p.call('crm.lead.add', { fields: { TITLE: 'Somebody' } });
  const reserve = async (): Promise<unknown[]> => {
    const { access_token: token } = await p.authorize(ADMIN);
    const { body } = await p.callAs(token, 'event.offline.get', { clear: 0 });
    return (body.result as { events: { EVENT_NAME: string }[] }).events.map((event) => event.EVENT_NAME);
  };
  expect(await reserve()).toEqual(['ONCRMLEADADD']);
  p.clock.advance(29 * DAY_MS);
  expect(await reserve()).toEqual([]);
  p.clock.advance(DAY_MS);
  expect(await reserve()).toEqual(['ONCRMLEADADD']);
  await p.sandbox.close();
});
