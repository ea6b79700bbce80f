import { AGENTS } from '../../contract/agents.ts';
import { type ChatAnswer, type ChatHistoryReply, type ChatMessage, type ChatReply, chatAnswer } from '../../contract/chat.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { answerKpi } from './answer-kpi.ts';
import { answerRanking } from './answer-ranking.ts';
import type { DashboardDeps } from './load-dashboard.ts';
import type { Viewer } from './tenant-context.ts';

interface Row {
  id: string;
  seq: number;
  role: ChatMessage['role'];
  content: string;
  answer: unknown;
  created_at: Date;
}

/** How many messages of one person are answered. Those kept are counted: that holds for all processes, and after a restart. */
const LIMITS = [
  { messages: 10, withinMs: 60_000 },
  { messages: 200, withinMs: 24 * 3_600_000 },
] as const;
const MOST_MESSAGES = Math.max(...LIMITS.map(({ messages }) => messages));

const COLUMNS = 'id, seq, role, content, answer, created_at';

/**
 * Answers a message and keeps both, for the person who asked alone.
 * @param signal aborts when nobody waits any more; what was not answered is not kept
 * @throws AppError `rate_limited` when the person has asked too much of late
 */
export async function answerChat(deps: DashboardDeps, viewer: Viewer, message: string, signal: AbortSignal): Promise<ChatReply> {
  await deps.db.withTenant(viewer.tenantId, 'read', (tx) => requireTurn(tx, viewer, deps.now()));
  const answer = await findAnswer(deps, viewer, message, signal);
  const at = deps.now();
  const text = answer.reply.status === 'not_understood' ? '' : answer.reply.title;
  return deps.db.withTenant(viewer.tenantId, 'write', async (tx) => {
    // Of questions that another process has answered meanwhile none saw the other's.
    await holdConversation(tx, viewer);
    await requireTurn(tx, viewer, at);
    return {
      question: await saveMessage(tx, viewer, { role: 'user', content: message, answer: null, agent: null, at }),
      answer: await saveMessage(tx, viewer, { role: 'assistant', content: text, answer, agent: AGENTS.querier.persona, at }),
    };
  });
}

async function findAnswer(deps: DashboardDeps, viewer: Viewer, message: string, signal: AbortSignal): Promise<ChatAnswer> {
  const reply = await answerKpi(deps, viewer, message, signal);
  const ranking = reply.status === 'not_understood' ? await answerRanking(deps, viewer, message, signal) : null;
  return ranking ? { kind: 'ranking', reply: ranking } : { kind: 'kpi', reply };
}

async function holdConversation(tx: Tx, { tenantId, crmSource, userId }: Viewer): Promise<void> {
  await tx.query({
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`chat ${tenantId} ${crmSource} ${userId}`],
  });
}

async function requireTurn(tx: Tx, { tenantId, crmSource, userId }: Viewer, now: Date): Promise<void> {
  const asked = await tx.query<{ created_at: Date }>({
    text: `select created_at from dashboard_chat_messages
           where tenant_id = $1 and crm_source = $2 and user_id = $3 and role = 'user'
           order by seq desc limit $4`,
    values: [tenantId, crmSource, userId, MOST_MESSAGES],
  });
  const waitsMs = LIMITS.map(({ messages, withinMs }) => {
    const first = asked[messages - 1];
    return first ? first.created_at.getTime() + withinMs - now.getTime() : 0;
  });
  const waitMs = Math.max(...waitsMs);
  if (waitMs > 0) throw new AppError('rate_limited', undefined, { retryAfterSeconds: Math.ceil(waitMs / 1000) });
}

/** A page of one's own conversation, its end first, each page oldest first. @param page.before `next` of the page before */
export async function readChatHistory(
  tx: Tx,
  { tenantId, crmSource, userId }: Viewer,
  page: { before?: number | undefined; limit: number },
): Promise<ChatHistoryReply> {
  const rows = await tx.query<Row>({
    text: `select ${COLUMNS} from dashboard_chat_messages
           where tenant_id = $1 and crm_source = $2 and user_id = $3 and ($4::bigint is null or seq < $4)
           order by seq desc limit $5`,
    values: [tenantId, crmSource, userId, page.before ?? null, page.limit + 1],
  });
  const shown = rows.slice(0, page.limit);
  return {
    messages: shown.map(toMessage).reverse(),
    next: rows.length > page.limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

async function saveMessage(
  tx: Tx,
  { tenantId, crmSource, userId }: Viewer,
  message: { role: ChatMessage['role']; content: string; answer: ChatAnswer | null; agent: string | null; at: Date },
): Promise<ChatMessage> {
  const { role, content, answer, agent, at } = message;
  const [row] = await tx.query<Row>({
    text: `insert into dashboard_chat_messages (tenant_id, crm_source, user_id, role, content, answer, agent_used, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
    values: [tenantId, crmSource, userId, role, content, answer === null ? null : JSON.stringify(answer), agent, at],
  });
  if (!row) throw new Error('An insert that returns its row returned none.');
  return toMessage(row);
}

/** An answer of a form that this version does not know any more is left out; what was said stays. */
function toMessage({ id, role, content, answer, created_at }: Row): ChatMessage {
  const known = chatAnswer.safeParse(answer);
  return { id, role, text: content, answer: known.success ? known.data : null, at: created_at.toISOString() };
}
