import { expect, test } from 'vitest';
import { ENTITIES } from '../../contract/crm.ts';
import type { CrmAdapter, Page } from './adapter.ts';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const signal = new AbortController().signal;

/**
 * Tests that every adapter has to pass, whatever its CRM: called at the top level of a test file.
 * @param open an adapter for an account with at least one record of each entity it has; asked for in every test
 */
export function testAdapter(open: () => CrmAdapter): void {
  async function readAll(crm: CrmAdapter, entity: (typeof ENTITIES)[number], pages = Number.POSITIVE_INFINITY): Promise<Page[]> {
    const read: Page[] = [];
    for await (const page of crm.pages(entity, null, signal)) {
      read.push(page);
      if (read.length === pages) break;
    }
    return read;
  }

  test('names its entities, account and fields', async () => {
    const crm = open();
    const entities = await crm.entities(signal);
    expect(entities.length).toBeGreaterThan(0);
    expect(ENTITIES).toEqual(expect.arrayContaining([...entities]));
    const info = await crm.testConnection(signal);
    expect(['classic', 'simple']).toContain(info.mode);
    expect(entities.includes('leads')).toBe(info.mode === 'classic');
    const fields = await crm.getFieldDefinitions(signal);
    expect(new Set(fields.map(({ entity, code }) => `${entity} ${code}`)).size).toBe(fields.length);
  });

  test('every entity ends with one page that says so, ids come once, and the total is theirs', async () => {
    const crm = open();
    for (const entity of await crm.entities(signal)) {
      const pages = await readAll(crm, entity);
      expect(pages.map(({ done }) => done)).toEqual(pages.map((_, index) => index === pages.length - 1));
      const ids = pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
      expect(ids.length, entity).toBeGreaterThan(0);
      expect(new Set(ids).size).toBe(ids.length);
      if (pages[0]?.total != null) expect(ids.length).toBe(pages[0].total);
    }
  });

  test('a checkpoint that went through JSON goes on exactly where its page ended', async () => {
    const crm = open();
    for (const entity of await crm.entities(signal)) {
      const whole = (await readAll(crm, entity)).flatMap(({ records }) => records);
      const [first] = await readAll(crm, entity, 1);
      if (!first) throw new Error(`${entity} has no page`);
      const rest: unknown[] = [];
      if (!first.done) {
        for await (const page of open().pages(entity, JSON.parse(JSON.stringify(first.checkpoint)), signal))
          rest.push(...page.records);
      }
      expect([...first.records, ...rest]).toEqual(whole);
    }
  });

  test('moments are ISO in UTC, amounts decimal strings, and nothing is undefined', async () => {
    const crm = open();
    for (const entity of await crm.entities(signal)) {
      for (const page of await readAll(crm, entity)) {
        expect(page.crmTime).toMatch(ISO);
        for (const record of page.records) {
          for (const [key, value] of Object.entries(record)) {
            expect(value, `${entity}.${key}`).not.toBeUndefined();
            if (value !== null && (key.endsWith('At') || key === 'deadline')) expect(value).toMatch(ISO);
            if (value !== null && (key === 'value' || key === 'revenue')) expect(value).toMatch(/^-?\d+(\.\d+)?$/);
          }
        }
      }
    }
  });

  test('stages, sources and people that records name are in the dictionaries', async () => {
    const crm = open();
    const { statuses, users, currencies } = await crm.readDictionaries(signal);
    const people = new Set(users.map(({ externalId }) => externalId));
    const stages = new Set(
      statuses.filter(({ entity }) => entity === 'deals').map(({ pipeline, code }) => `${pipeline} ${code}`),
    );
    expect(currencies.filter(({ isBase }) => isBase)).toHaveLength(1);
    for (const page of await readAll(crm, 'deals')) {
      for (const record of page.records) {
        if (!('stage' in record) || !('assignedTo' in record)) continue;
        expect(stages).toContain(`${record.pipeline} ${record.stage}`);
        if (record.assignedTo !== null) expect(people).toContain(record.assignedTo);
      }
    }
  });

  test('an aborted signal ends the reading', async () => {
    const crm = open();
    const controller = new AbortController();
    controller.abort(new Error('stop'));
    const read = async () => {
      for await (const _page of crm.pages('deals', null, controller.signal)) throw new Error('A page came');
    };
    await expect(read()).rejects.toThrow();
  });
}
