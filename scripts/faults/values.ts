import { RECORD_PROBLEMS } from '../../contract/sync.ts';
import type { FaultScript, FieldValue } from '../../sandbox/bitrix24/fault-script.ts';
import { updateRecord } from '../../sandbox/bitrix24/rest/changes.ts';
import { DEALS, LEADS } from '../../sandbox/bitrix24/rest/entities.ts';
import type { WorldDeal, WorldLead } from '../../sandbox/world/types.ts';
import type { ExpectedQuarantine } from '../compare-copy.ts';
import { actorOf, idsAcross, insertRows } from './changes.ts';
import type { Checks } from './checks.ts';
import type { FaultCase } from './fault.ts';
import { checkConverges, checkCopy, type Rig } from './rig.ts';

/* F23–F28: what stands in the records. What a world can hold is put there; what only a wire can carry is played on it. */

const MEGABYTE = 1024 * 1024;

export const VALUE_FAULTS: readonly FaultCase[] = [
  {
    fault: 'F23',
    what: 'texts that nobody expects',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const [field] = world.customFields.filter(({ entity, type }) => entity === 'leads' && type === 'string');
      if (!field) throw new Error('Leads have no custom text');
      const titles = [
        'NUL \0 here',
        'half a pair \uD83D',
        '\uDE00 the other',
        '😀 four bytes',
        'עברית ‮ right to left',
        'zero\u200Bwidth',
        "'; drop table crm_leads; --",
        '\\"{},NULL',
        ' ',
      ];
      insertRows(world.leads, titles.length, (index) => ({
        title: titles[index] ?? '',
        custom: { [field.code]: `${titles[index]}` },
      }));
      const [long] = insertRows(world.leads, 1, () => ({ title: `${'я'.repeat((5 * MEGABYTE) / 2)}` }));
      const [large] = insertRows(world.leads, 1, () => ({ title: 'Large', custom: { [field.code]: 'x'.repeat(MEGABYTE + 1) } }));
      const quarantined: ExpectedQuarantine[] = [
        { entity: 'leads', externalId: String(long), columns: ['title'] },
        { entity: 'leads', externalId: String(large) },
      ];
      await rig.runUntil(() => rig.isComplete());
      const reasons = await rig.rows<{ external_id: string; reason: string }>(
        `select external_id, reason from sync_quarantine where tenant_id = $1 and entity = 'leads' order by external_id::int`,
      );
      checks.equal('quarantine', reasons, [
        { external_id: String(long), reason: 'title: text_cut' },
        { external_id: String(large), reason: 'record_too_large' },
      ]);
      const [cut] = await rig.rows<{ bytes: number }>(
        'select octet_length(title) as bytes from crm_leads where tenant_id = $1 and external_id = $2',
        [String(long)],
      );
      checks.that((cut?.bytes ?? 0) > 65_000 && (cut?.bytes ?? 0) <= 65_536, `the long title has ${cut?.bytes} bytes`);
      await checkConverges(rig, checks, { quarantined });
    },
  },
  {
    fault: 'F23',
    what: '2,000 custom fields, and a page of a megabyte',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const codes = Array.from({ length: 2_000 }, (_, index) => `UF_CRM_9${String(index).padStart(6, '0')}`);
      for (const code of codes) {
        world.customFields.push({ entity: 'companies', code, label: code, type: 'string', multiple: false, items: [] });
      }
      insertRows(world.companies, 10, (row) => ({
        title: `Wide ${row}`,
        isMyCompany: false,
        custom: Object.fromEntries(codes.map((code, index) => [code, `${row} ${index} ${'x'.repeat(50)}`])),
      }));
      await rig.runUntil(() => rig.isComplete());
      const [widest] = await rig.rows<{ fields: number }>(
        `select count(*) as fields from crm_companies c, jsonb_object_keys(c.custom_fields) where tenant_id = $1
         group by external_id order by 1 desc limit 1`,
      );
      checks.that((widest?.fields ?? 0) >= 2_000, `a company has ${widest?.fields} custom fields`);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F24',
    what: 'amounts that are none, or too exact for a float',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const exact = ['9007199254740993.01', '-5.00', '-0.01', '9999999999999999.99', '0.10', '123456789012345.67'];
      const deals = insertRows(world.deals, exact.length, (index) => ({
        title: 'Exact',
        opportunity: exact[index] ?? '',
        isRecurring: false,
      }));
      const bad: Readonly<Record<string, FieldValue>> = {
        '1e20': { $raw: '1e20' },
        NaN: 'NaN',
        Infinity: 'Infinity',
        '1 234,56': '1 234,56',
        '100|USD': '100|USD',
        'an object': { amount: 1 },
        true: true,
        empty: '',
        null: null,
        absent: { $missing: true },
      };
      const isListed = (name: string) => !['empty', 'null', 'absent'].includes(name);
      const broken = pickDeals(rig, Object.keys(bad));
      // A sandbox would write them as it computes, in floats.
      const digits = deals.map((id, index) => ({
        entity: 'deals' as const,
        id,
        fields: { opportunity: { $raw: exact[index] ?? '0' } },
      }));
      await rig.play([
        ...onWire('deals', broken, (name) => ({ opportunity: bad[name] ?? null })),
        { what: { kind: 'values', records: digits } },
      ]);
      await rig.runUntil(() => rig.isComplete());
      await checkNulls(rig, checks, 'crm_deals', 'value', broken, isListed, /^opportunity: (not_an_amount|amount_out_of_range)/);
      await checkMended(rig, checks, broken);
      await checkSums(rig, checks);
    },
  },
  {
    fault: 'F25',
    what: 'currencies unknown, in lower case, missing',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const codes = ['usd', 'Eur', 'XXX', 'zzz', null, '', ' uzs '];
      insertRows(world.deals, codes.length * 3, (index) => ({
        title: 'Abroad',
        opportunity: `${index + 1}.37`,
        currencyId: codes[index % codes.length] ?? null,
        isRecurring: false,
      }));
      insertRows(world.leads, codes.length, (index) => ({
        title: 'Abroad',
        opportunity: '7.77',
        currencyId: codes[index] ?? null,
      }));
      const broken = pickDeals(rig, ['number', 'object']);
      await rig.play(onWire('deals', broken, (name) => ({ currencyId: name === 'number' ? 840 : { code: 'USD' } })));
      await rig.runUntil(() => rig.isComplete());
      const [odd] = await rig.rows<{ currency: string | null }>(
        'select currency from crm_deals where tenant_id = $1 and external_id = $2',
        [String(broken.get('object'))],
      );
      checks.equal('currency that is no text', odd?.currency ?? null, null);
      await checkMended(rig, checks, broken);
      await checkSums(rig, checks);
    },
  },
  {
    fault: 'F26',
    what: 'moments that are none',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const moments: Readonly<Record<string, FieldValue>> = {
        zeros: '0000-00-00T00:00:00+00:00',
        'no zeros': '0000-00-00',
        '30 February': '2026-02-30T10:00:00+03:00',
        'the year 9998': '9998-01-01T00:00:00+03:00',
        'the year 1969': '1969-12-31T20:00:00+00:00',
        epoch: '1750000000',
        'epoch as a number': 1_750_000_000,
        infinity: 'infinity',
        'an array': ['2026-01-01T00:00:00+03:00'],
      };
      const broken = pickDeals(rig, Object.keys(moments));
      await rig.play(onWire('deals', broken, (name) => ({ createdTime: moments[name] ?? null })));
      await rig.runUntil(() => rig.isComplete());
      await checkNulls(
        rig,
        checks,
        'crm_deals',
        'created_at',
        broken,
        () => true,
        /^createdTime: (not_a_moment|moment_out_of_range)/,
      );
      await checkMended(rig, checks, broken);
    },
  },
  {
    fault: 'F26',
    what: 'times of change that are none',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const moments: Readonly<Record<string, FieldValue>> = {
        zeros: '0000-00-00',
        absent: { $missing: true },
        late: '2999-01-01T00:00:00+03:00',
      };
      const broken = pickDeals(rig, Object.keys(moments));
      await rig.play(onWire('deals', broken, (name) => ({ updatedTime: moments[name] ?? null })));
      await rig.runUntil(() => rig.isComplete());
      await checkNulls(rig, checks, 'crm_deals', 'modified_at', broken, (name) => name !== 'absent', /^updatedTime: /);
      await checkMended(rig, checks, broken);
    },
  },
  {
    fault: 'F27',
    what: 'ids as texts, with zeros in front, beyond 2^53',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const [lowest, , highest] = idsAcross(world.leads);
      await rig.play([
        {
          what: {
            kind: 'values',
            records: [
              { entity: 'leads', id: lowest, fields: { id: `00${lowest}` } },
              { entity: 'leads', id: highest, fields: { id: '90071992547409931234' } },
              {
                entity: 'deals',
                id: '*',
                fields: { id: { $asText: true }, contactId: { $asText: true }, assignedById: { $asText: true } },
              },
            ],
          },
        },
      ]);
      const isComplete = await rig.runUntil(() => rig.isComplete(), 8);
      checks.that(isComplete, 'an id of another form stops the load');
      const ids = await rig.rows<{ external_id: string }>(
        `select external_id from crm_leads where tenant_id = $1 and external_id in ($2, $3) order by 1`,
        [`00${lowest}`, '90071992547409931234'],
      );
      checks.equal(
        'ids as the portal gave them',
        ids.map((row) => row.external_id),
        [`00${lowest}`, '90071992547409931234'],
      );
      const { byEntity } = await rig.compare();
      checks.equal(
        'leads under another id',
        [byEntity.leads?.missing, byEntity.leads?.extra, byEntity.leads?.duplicate],
        [2, 2, 0],
      );
      checks.equal('deals whose ids came as texts', byEntity.deals?.differences, 0);
      // The daily search for deleted records finds the same ids, so nothing moves.
      await rig.cycle();
      rig.advance(1.1 * 86_400_000);
      await rig.cycle();
      const later = await rig.compare();
      checks.equal(
        'what differs after a day',
        [later.byEntity.leads?.missing, later.byEntity.leads?.extra, later.differences],
        [2, 2, 4],
      );
      await rig.endFaults(checks);
    },
  },
  {
    fault: 'F27',
    what: 'a negative id',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const [lowest] = idsAcross(rig.portal.state.world.leads);
      await rig.play([{ what: { kind: 'values', records: [{ entity: 'leads', id: lowest, fields: { id: -5 } }] } }]);
      const isComplete = await rig.runUntil(() => rig.isComplete(), 8);
      checks.that(isComplete, 'one record with a negative id stops the load of all');
      await rig.endFaults(checks);
      rig.advance(1.1 * 86_400_000);
      await rig.cycle();
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F28',
    what: 'fields missing, of another type, with an unknown code',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const wires: Readonly<Record<string, Record<string, FieldValue>>> = {
        missing: { title: { $missing: true }, opportunity: { $missing: true }, movedTime: { $missing: true } },
        'other types': { title: { text: 'x' }, opportunity: [1], contactId: { id: 5 }, createdTime: 5 },
        'unknown codes': { stageSemanticId: 'X', stageId: 'NOBODY_KNOWS', categoryId: 999 },
        nulls: { title: null, stageId: null, stageSemanticId: null, assignedById: null, categoryId: null, createdTime: null },
      };
      const broken = pickDeals(rig, Object.keys(wires));
      await rig.play(onWire('deals', broken, (name) => wires[name] ?? {}));
      await rig.runUntil(() => rig.isComplete());
      const present = await rig.rows('select 1 from crm_deals where tenant_id = $1 and external_id = any($2::text[])', [
        [...broken.values()].map(String),
      ]);
      checks.equal('records present', present.length, broken.size);
      const listed = await rig.rows<{ external_id: string }>(
        `select external_id from sync_quarantine where tenant_id = $1 and entity = 'deals'`,
      );
      for (const name of ['other types', 'unknown codes']) {
        checks.that(
          listed.some((row) => row.external_id === String(broken.get(name))),
          `${name} are not listed`,
        );
      }
      await checkMended(rig, checks, broken);
    },
  },
  {
    fault: 'F28',
    what: 'a new field in the middle of a load',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { state } = rig.portal;
      const code = 'UF_CRM_1799000001';
      const { start, middle } = stage.places;
      await rig.play(
        [
          { when: { method: 'batch', from: middle }, what: { kind: 'newField', entity: 'leads', code, type: 'string' } },
          { when: { method: 'batch', from: start + 4 }, what: { kind: 'signal', name: 'fill in' } },
        ],
        () => {
          const actor = actorOf(rig.portal);
          for (const id of idsAcross(state.world.leads)) {
            updateRecord(state, LEADS, id, { custom: { ...state.world.leads.get(id)?.custom, [code]: 'Filled in' } }, actor);
          }
        },
      );
      await rig.runUntil(() => rig.isComplete());
      await checkConverges(rig, checks);
      const filled = await rig.rows('select 1 from crm_leads where tenant_id = $1 and custom_fields ? $2', [code]);
      checks.equal('leads with the new field', filled.length, 3);
    },
  },
];

/** Gives each name a deal of its own, across the list. */
function pickDeals(rig: Rig, names: readonly string[]): Map<string, number> {
  const deals = [...rig.portal.state.world.deals].filter(({ isRecurring }) => !isRecurring);
  const step = Math.floor(deals.length / names.length);
  return new Map(names.map((name, index) => [name, deals[index * step]?.id ?? 0]));
}

function onWire(
  entity: 'deals',
  broken: ReadonlyMap<string, number>,
  fieldsOf: (name: string) => Record<string, FieldValue>,
): FaultScript {
  return [{ what: { kind: 'values', records: [...broken].map(([name, id]) => ({ entity, id, fields: fieldsOf(name) })) } }];
}

/** The records are there, without the value; what was no value is listed for people, without what it was. */
async function checkNulls(
  rig: Rig,
  checks: Checks,
  table: 'crm_deals',
  column: 'value' | 'created_at' | 'modified_at',
  broken: ReadonlyMap<string, number>,
  isListed: (name: string) => boolean,
  reason: RegExp,
): Promise<void> {
  const rows = await rig.rows<{ external_id: string; is_null: boolean }>(
    `select external_id, ${column} is null as is_null from ${table} where tenant_id = $1`,
  );
  const listed = await rig.rows<{ external_id: string; reason: string }>(
    `select external_id, reason from sync_quarantine where tenant_id = $1 and entity = 'deals'`,
  );
  for (const [name, id] of broken) {
    const row = rows.find((one) => one.external_id === String(id));
    checks.equal(`${column} that was ${name}`, row?.is_null, true);
    const entry = listed.find((one) => one.external_id === String(id));
    checks.equal(`whether ${name} is listed`, entry !== undefined, isListed(name));
    if (entry) checks.that(reason.test(entry.reason), `${name} is listed as ${entry.reason}`);
  }
  const words = new RegExp(`^(\\w+: )?(${RECORD_PROBLEMS.join('|')})$`);
  const isPlain = listed.every((row) => row.reason.split('; ').every((part) => words.test(part)));
  checks.that(isPlain, 'a reason has more in it than a field and a word');
}

/** The portal gives them as they should be, and somebody touches them: nothing wrong is left. */
async function checkMended(rig: Rig, checks: Checks, broken: ReadonlyMap<string, number>): Promise<void> {
  await rig.endFaults(checks);
  const { state } = rig.portal;
  for (const id of broken.values()) updateRecord(state, DEALS, id, { title: 'Mended' }, actorOf(rig.portal));
  await checkConverges(rig, checks);
  await checkCopy(rig, checks);
}

/** Amounts add up to the cent, each currency by itself. */
async function checkSums(rig: Rig, checks: Checks): Promise<void> {
  const { world } = rig.portal.state;
  const tables: [string, Iterable<WorldLead | WorldDeal>][] = [
    ['crm_leads', world.leads],
    ['crm_deals', [...world.deals].filter(({ isRecurring }) => !isRecurring)],
  ];
  for (const [table, records] of tables) {
    const sums = new Map<string, bigint>();
    for (const { opportunity, currencyId } of records) {
      const currency = currencyId?.trim().toUpperCase() ?? '';
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(opportunity.replace('.', '')));
    }
    const rows = await rig.rows<{ currency: string; cents: string }>(
      `select coalesce(currency, '') as currency, trim_scale(sum(value) * 100)::text as cents from ${table}
       where tenant_id = $1 and deleted_at is null group by currency order by coalesce(currency, '') collate "C"`,
    );
    const expected = [...sums].map(([currency, cents]) => ({ currency, cents: String(cents) }));
    checks.equal(
      `sums of ${table}`,
      rows,
      expected.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
    );
  }
}
