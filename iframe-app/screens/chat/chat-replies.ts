import type { ChatAnswer, ChatHistoryReply, ChatMessage, ChatReply, RankingReply } from '../../../contract/chat.ts';
import type { Widget, WidgetConfig } from '../../../contract/dashboard.ts';
import type { KpiReply } from '../../../contract/kpi.ts';
import { arrayOf, type Check, either, isMoment, isNumber, isString, nullable, objectOf, oneOf } from '../../check.ts';
import { chartData, isKpiData } from '../../replies.ts';

/** What only the chat is told; see check.ts. */

/** It goes back to the server as it came, and is read by nobody else. */
const isConfig = objectOf<object>({}) as Check<WidgetConfig>;

const isDates = nullable(objectOf<{ from: string; to: string }>({ from: isString, to: isString }));

type Status<Name extends KpiReply['status']> = Extract<KpiReply, { status: Name }>;
const isKpiReply: Check<KpiReply> = either(
  objectOf<Status<'ok'>>({
    status: oneOf<'ok'>({ ok: true }),
    title: isString,
    data: isKpiData,
    range: isDates,
    widget: nullable(isConfig),
  }),
  either(
    objectOf<Status<'not_synced'>>({ status: oneOf<'not_synced'>({ not_synced: true }), title: isString }),
    objectOf<Status<'not_understood'>>({ status: oneOf<'not_understood'>({ not_understood: true }) }),
  ),
);

type Ranked<Name extends RankingReply['status']> = Extract<RankingReply, { status: Name }>;
const isRankingReply: Check<RankingReply> = either(
  objectOf<Ranked<'ok'>>({
    status: oneOf<'ok'>({ ok: true }),
    title: isString,
    data: chartData,
    range: isDates,
    widget: nullable(isConfig),
  }),
  objectOf<Ranked<'not_synced'>>({ status: oneOf<'not_synced'>({ not_synced: true }), title: isString }),
);

type AnswerOf<Kind extends ChatAnswer['kind']> = Extract<ChatAnswer, { kind: Kind }>;
const isAnswer: Check<ChatAnswer> = either(
  objectOf<AnswerOf<'kpi'>>({ kind: oneOf<'kpi'>({ kpi: true }), reply: isKpiReply }),
  objectOf<AnswerOf<'ranking'>>({ kind: oneOf<'ranking'>({ ranking: true }), reply: isRankingReply }),
);

const isMessage = objectOf<ChatMessage>({
  id: isString,
  role: oneOf<ChatMessage['role']>({ user: true, assistant: true }),
  text: isString,
  answer: nullable(isAnswer),
  at: isMoment,
});

export const isChatReply = objectOf<ChatReply>({ question: isMessage, answer: isMessage });
export const isChatHistory = objectOf<ChatHistoryReply>({ messages: arrayOf(isMessage), next: nullable(isNumber) });
export const isAddedWidget = objectOf<Pick<Widget, 'id'>>({ id: isString });
