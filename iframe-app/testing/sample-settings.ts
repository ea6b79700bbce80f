import type { ChatHistoryReply, ChatMessage } from '../../contract/chat.ts';
import type { AccessLogReply, UsageReply } from '../../contract/data.ts';
import type { MembersReply } from '../../contract/members.ts';
import type { BusinessHours, OwnSettingsReply, SettingsReply } from '../../contract/settings.ts';
import { chartConfig, chartData, isKpiData, kpiConfig } from './sample-replies.ts';

const day = { from: '09:00', to: '18:00' };
export const SAMPLE_HOURS: BusinessHours = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: null, sun: null };

export function sampleSettings(over: Partial<SettingsReply> = {}): SettingsReply {
  return {
    timezone: 'Asia/Tashkent',
    language: null,
    displayCurrency: null,
    baseCurrency: 'UZS',
    currencies: [
      { code: 'UZS', name: 'Uzbekistani sum' },
      { code: 'USD', name: 'US dollar' },
    ],
    businessHours: SAMPLE_HOURS,
    ...over,
  };
}

export function sampleOwnSettings(over: Partial<OwnSettingsReply> = {}): OwnSettingsReply {
  return { language: null, locale: 'en', ...over };
}

export function sampleMembers(): MembersReply {
  return {
    members: [
      {
        ...{ id: 'bitrix24.1', name: 'Dilnoza Karimova', role: 'admin', lastSeenAt: '2025-11-24T08:00:00.000Z' },
        ...{ hasAccess: true, isSelf: true },
      },
      {
        ...{ id: 'bitrix24.7', name: 'Timur Rahimov', role: 'member', lastSeenAt: '2025-11-20T08:00:00.000Z' },
        ...{ hasAccess: true, isSelf: false },
      },
      {
        ...{ id: 'bitrix24.9', name: 'Константин Константинопольский-Вознесенский', role: 'member', lastSeenAt: null },
        ...{ hasAccess: false, isSelf: false },
      },
    ],
  };
}

export function sampleUsage(over: Partial<UsageReply> = {}): UsageReply {
  return {
    entities: [
      { entity: 'leads', records: 200_000, bytes: 48_300_000 },
      { entity: 'deals', records: 80_000, bytes: 21_000_000 },
      { entity: 'contacts', records: 50_000, bytes: 9_400_000 },
      { entity: 'companies', records: 3_000, bytes: 410_000 },
      { entity: 'activities', records: 890_000, bytes: 130_000_000 },
      { entity: 'stageHistory', records: 0, bytes: 0 },
    ],
    records: 1_223_000,
    bytes: 209_110_000,
    confirmation: 'b24-x7k2.bitrix24.com',
    ...over,
  };
}

export function sampleAccessLog(over: Partial<AccessLogReply> = {}): AccessLogReply {
  const entry = { at: '2025-11-24T09:00:00.000Z', entity: null, member: null, recordCount: 16 };
  return {
    entries: [
      { ...entry, seq: 13, who: { kind: 'user', id: '1', name: 'Dilnoza Karimova' }, action: 'query_dashboard' },
      { ...entry, seq: 12, who: { kind: 'user', id: '99', name: null }, action: 'export_data', recordCount: null },
      {
        ...entry,
        seq: 11,
        who: { kind: 'user', id: '1', name: 'Dilnoza Karimova' },
        action: 'change_member',
        entity: 'bitrix24.7',
        member: 'Timur Rahimov',
        recordCount: null,
      },
      {
        ...entry,
        seq: 10,
        who: { kind: 'system', id: 'karim_sync', name: 'Karim' },
        action: 'sync_full',
        recordCount: 1_223_000,
      },
      { ...entry, seq: 9, who: { kind: 'user', id: '7', name: 'Timur Rahimov' }, action: 'something_newer' },
    ],
    next: null,
    ...over,
  };
}

const AT = '2025-11-24T09:00:00.000Z';

export function sampleQuestion(id: string, text = 'How many leads do we have?'): ChatMessage {
  return { id, role: 'user', text, answer: null, at: AT };
}

/** A number that can become a widget. */
export function sampleAnswer(id: string, value = '12450'): ChatMessage {
  const { chartId: _, ...widget } = kpiConfig({ title: 'Total leads', timeRangeDays: null });
  const reply = { status: 'ok', title: 'Total leads', data: isKpiData({ value, previous: null }), range: null, widget } as const;
  return { id, role: 'assistant', text: 'Total leads', answer: { kind: 'kpi', reply }, at: AT };
}

/** Who has won how many deals: nobody in particular, A to G, and all others. It can become a widget. */
export function sampleRanking(id: string): ChatMessage {
  const { chartId: _, ...widget } = chartConfig({ title: 'Deals won by agent', xField: 'owner' });
  const named = ['Unassigned', ...'ABCDEFG'].map((label, index) => {
    return { key: index === 0 ? '' : label, label, value: 80 - 10 * index, color: null };
  });
  const points = [...named, { key: '__others', label: 'All others', value: 99, color: null }];
  const data = { ...chartData({}), series: [{ key: 'value', label: 'Deals won', points }] };
  const range = { from: '2025-11-01', to: '2025-11-24' };
  const reply = { status: 'ok', title: 'Deals won by agent', data, range, widget } as const;
  return { id, role: 'assistant', text: 'Deals won by agent', answer: { kind: 'ranking', reply }, at: AT };
}

export function sampleHistory(over: Partial<ChatHistoryReply> = {}): ChatHistoryReply {
  return { messages: [], next: null, ...over };
}
