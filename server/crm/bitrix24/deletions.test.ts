import { expect, test } from 'vitest';
import { addRecord, deleteRecord, updateRecord } from '../../../sandbox/bitrix24/rest/changes.ts';
import { DEALS, LEADS } from '../../../sandbox/bitrix24/rest/entities.ts';
import { startTestPortal } from '../../../sandbox/bitrix24/test-portal.ts';
import { systemClock } from '../../platform/clock.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { createBitrixClient } from './client.ts';
import { DELETIONS, readDeletions } from './deletions.ts';

const signal = new AbortController().signal;

test('what was deleted while nobody listened is told once, by kind and id; a webhook is told nothing and reads on', async () => {
  const { sandbox, portal, admin, call } = await startTestPortal();
  const outbound = createOutbound({ allow: [new URL(portal.url).host] });
  const limiter = { acquire: async () => {}, report: () => {}, refused: () => {} };
  const open = (accessToken: string | null, endpoint: string) => {
    const token = { accessToken, endpoint, version: 1 };
    return createBitrixClient({
      outbound,
      limiter,
      clock: systemClock,
      tokens: { get: async () => token, refresh: async () => token },
    });
  };
  try {
    for (const event of ['ONCRMLEADDELETE', 'ONCRMDEALDELETE', 'ONCRMLEADUPDATE']) {
      await call('event.bind', { event, event_type: 'offline' });
    }
    const actor = { userId: 1, byRobot: false, now: portal.now() };
    const [lead, deal, kept] = [
      addRecord(portal.state, LEADS, { title: 'A' }, actor),
      addRecord(portal.state, DEALS, { title: 'B' }, actor),
      addRecord(portal.state, LEADS, { title: 'C' }, actor),
    ];
    updateRecord(portal.state, LEADS, kept, { title: 'D' }, actor);
    deleteRecord(portal.state, LEADS, lead, actor);
    deleteRecord(portal.state, DEALS, deal, actor);
    const app = open(admin.access_token, `${portal.url}/rest/`);
    const ask = async (client: typeof app) => readDeletions(await client.batch([DELETIONS], signal));
    expect(await ask(app)).toEqual([
      { entity: 'leads', externalId: String(lead) },
      { entity: 'deals', externalId: String(deal) },
    ]);
    expect(await ask(app)).toEqual([]);
    deleteRecord(portal.state, LEADS, kept, actor);
    expect(await ask(open(null, portal.createWebhook(1)))).toEqual([]);
    expect(await ask(app)).toEqual([{ entity: 'leads', externalId: String(kept) }]);
  } finally {
    await outbound.close();
    await sandbox.close();
  }
});
