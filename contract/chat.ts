import { z } from 'zod';
import { chartData } from './charts.ts';
import { widgetConfig } from './dashboard.ts';
import { kpiReply } from './kpi.ts';

/** Who asks for the best is told what is known of it: a number of each person, the largest first. */
const rankingReply = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ok'),
    title: z.string(),
    data: chartData,
    range: kpiReply.options[0].shape.range,
    /** The same as a chart of the dashboard; null as of one number. */
    widget: widgetConfig.nullable(),
  }),
  z.strictObject({ status: z.literal('not_synced'), title: z.string() }),
]);
export type RankingReply = z.infer<typeof rankingReply>;

/** What a message of ours answers with. The chat's other answers join these as they come. */
export const chatAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kpi'), reply: kpiReply }),
  z.strictObject({ kind: z.literal('ranking'), reply: rankingReply }),
]);
export type ChatAnswer = z.infer<typeof chatAnswer>;

export const chatMessage = z.strictObject({
  id: z.string(),
  role: z.enum(['user', 'assistant']),
  /** What a person wrote; of an answer what it is about, '' where it is about nothing. */
  text: z.string(),
  /** null in what a person wrote. */
  answer: chatAnswer.nullable(),
  at: z.iso.datetime(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

/** Body of POST /api/dashboard/chat. */
export const chatRequest = z.strictObject({ message: z.string().trim().min(1).max(500) });

/** Answer of POST /api/dashboard/chat: what was asked and what came of it, as they are kept. */
export const chatReply = z.strictObject({ question: chatMessage, answer: chatMessage });
export type ChatReply = z.infer<typeof chatReply>;

/** Query of GET /api/dashboard/chat/history. */
export const chatHistoryRequest = z.strictObject({
  /** `next` of the page before. */
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Answer of GET /api/dashboard/chat/history: one's own conversation, a page of its end, oldest first. */
export const chatHistoryReply = z.strictObject({ messages: z.array(chatMessage), next: z.number().int().nullable() });
export type ChatHistoryReply = z.infer<typeof chatHistoryReply>;
