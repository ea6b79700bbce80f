import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { chatHistoryReply, chatReply } from '../../contract/chat.ts';
import { connectionsReply } from '../../contract/connections.ts';
import { accessLogReply, deletionReply, usageReply } from '../../contract/data.ts';
import { membersReply } from '../../contract/members.ts';
import { ownSettingsReply, settingsReply } from '../../contract/settings.ts';
import { quarantineReply, RECORD_PROBLEMS } from '../../contract/sync.ts';
import type { Check } from '../check.ts';
import { sampleConnections, sampleQuarantine } from '../testing/sample-replies.ts';
import {
  sampleAccessLog,
  sampleAnswer,
  sampleHistory,
  sampleMembers,
  sampleOwnSettings,
  sampleQuestion,
  sampleRanking,
  sampleSettings,
  sampleUsage,
} from '../testing/sample-settings.ts';
import { isChatHistory, isChatReply } from './chat/chat-replies.ts';
import { isDeletion } from './settings/deletion-replies.ts';
import {
  isAccessLog,
  isConnectionsReply,
  isFullSettings,
  isMembers,
  isOwnSettings,
  isQuarantineReply,
  isUsage,
} from './settings/settings-replies.ts';

const PAIRS: [name: string, check: Check<unknown>, schema: z.ZodType, sample: object][] = [
  ['settings', isFullSettings, settingsReply, sampleSettings()],
  ['own settings', isOwnSettings, ownSettingsReply, sampleOwnSettings({ language: 'kk' })],
  ['members', isMembers, membersReply, sampleMembers()],
  ['usage', isUsage, usageReply, sampleUsage()],
  ['access log', isAccessLog, accessLogReply, sampleAccessLog()],
  ['deletion', isDeletion, deletionReply, { deletesAt: '2025-12-24T09:00:00.000Z' }],
  ['no deletion', isDeletion, deletionReply, { deletesAt: null }],
  ['connections', isConnectionsReply, connectionsReply, sampleConnections({ errorMessage: 'The CRM did not answer.' })],
  ['quarantine', isQuarantineReply, quarantineReply, sampleQuarantine({ next: 'leads:81' })],
  ['chat', isChatReply, chatReply, { question: sampleQuestion('q'), answer: sampleAnswer('a') }],
  ['chat with a ranking', isChatReply, chatReply, { question: sampleQuestion('q'), answer: sampleRanking('a') }],
  ['chat history', isChatHistory, chatHistoryReply, sampleHistory({ messages: [sampleQuestion('q'), sampleAnswer('a')] })],
];

/** The sample with each of its values, however deep, replaced by what cannot stand there. */
function* spoiled(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const put = (other: unknown) => (Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other });
    yield put(Symbol.iterator);
    // A widget's config goes back to the server as it came.
    if (key !== 'widget') for (const deeper of spoiled(inner)) yield put(deeper);
  }
}

describe.each(PAIRS)('%s', (_name, check, schema, sample) => {
  test('is what the contract says', () => {
    expect(schema.safeParse(sample).success).toBe(true);
    expect(check(sample)).toBe(true);
  });

  test('is refused with any of its values spoiled, as the contract refuses it', () => {
    for (const wrong of spoiled(sample)) {
      expect(schema.safeParse(wrong).success).toBe(false);
      expect(check(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});

test.each(RECORD_PROBLEMS)('the problem %s is known', (problem) => {
  const { records } = sampleQuarantine();
  expect(
    isQuarantineReply({ records: records.map((one) => ({ ...one, problems: [{ field: null, problem }] })), next: null }),
  ).toBe(true);
});
