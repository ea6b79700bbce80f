import { z } from 'zod';
import { kpiReply } from './kpi.ts';

/** What a message of ours answers with. The chat's other answers join this one as they come. */
export const chatAnswer = z.strictObject({ kind: z.literal('kpi'), reply: kpiReply });
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
