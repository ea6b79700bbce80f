import '../../styles/chat.css';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatAnswer, ChatMessage, RankingReply } from '../../../contract/chat.ts';
import type { KpiReply } from '../../../contract/kpi.ts';
import type { Api, ApiError } from '../../api.ts';
import { OTHERS } from '../../charts/describe.ts';
import { type AppContext, useApp } from '../../context.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { BrandMark } from '../../ui/icons.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { Unconverted } from '../dashboard/widget-text.tsx';
import { Notice } from '../notice.tsx';
import { type ChatModel, createChat } from './chat-model.ts';
import { CHAT_TEXTS } from './chat-texts.ts';

export { CHAT_TEXTS as TEXTS };

/** What the server takes at most. */
const MAX_LENGTH = 500;
/** Who has to wait longer has asked as much as they may in a day. */
const MINUTE_MS = 60_000;
/** Questions to click in an empty conversation: in a language they are understood in. */
const EXAMPLES = ['example.1', 'example.2', 'example.3', 'example.4', 'example.5'] as const;

interface ChatProps {
  api: Pick<Api, 'ask'>;
  dashboard: Pick<DashboardModel, 'reload'>;
  onShowDashboard: () => void;
}

/** Questions and the numbers they were answered with. What is added to the dashboard is there when one looks. */
export function Chat({ api, dashboard, onShowDashboard }: ChatProps) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  const [model] = useState(() => createChat({ api, dashboard }));
  useEffect(() => {
    model.load();
  }, [model]);
  const states = [model.loading.value, model.asking.value, ...model.adding.value.values()];
  if (states.some((task) => task.kind === 'failed' && task.error.kind === 'session')) return <Notice kind="reopen" />;
  return (
    <main class="chat">
      <h1 class="chat-title">{t('title')}</h1>
      <Conversation model={model} onShowDashboard={onShowDashboard} />
      <AskForm model={model} />
    </main>
  );
}

interface PartProps {
  model: ChatModel;
}

function Conversation({ model, onShowDashboard }: PartProps & { onShowDashboard: () => void }) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  const list = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const before = useRef({ first: '', height: 0 });
  const messages = model.messages.value;
  const loading = model.loading.value;
  const asking = model.asking.value;
  const pending = model.pending.value;
  const hasEarlier = model.hasEarlier.value;
  const first = messages?.[0]?.id ?? '';

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    // Earlier messages push down what is on show: it stays where it was. Anything else is new, and stands at the end.
    const isEarlier = before.current.first !== '' && before.current.first !== first;
    box.scrollTop = isEarlier ? box.scrollTop + box.scrollHeight - before.current.height : box.scrollHeight;
    before.current = { first, height: box.scrollHeight };
  }, [first, messages?.length, pending, asking.kind]);

  useEffect(() => {
    if (!hasEarlier || !top.current || !list.current) return;
    const watching = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) model.loadEarlier();
      },
      { root: list.current },
    );
    watching.observe(top.current);
    return () => watching.disconnect();
  }, [hasEarlier, first, model]);

  const isEmpty = messages?.length === 0 && pending === null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody can scroll it by the keyboard
    <div ref={list} class="chat-log" role="log" aria-label={t('title')} tabIndex={0}>
      {hasEarlier && (
        <div ref={top} class="chat-earlier">
          <Button onClick={model.loadEarlier} isBusy={loading.kind === 'busy'}>
            {t('earlier')}
          </Button>
        </div>
      )}
      {loading.kind === 'failed' && <Trouble error={loading.error} onRetry={messages ? model.loadEarlier : model.load} />}
      {messages === null && loading.kind !== 'failed' && <p class="chat-note">{t('loading')}</p>}
      {isEmpty && (
        <div class="chat-welcome">
          <BrandMark />
          <p>{t('welcome')}</p>
          <Examples model={model} />
        </div>
      )}
      {messages?.map((message) => (
        <Message
          key={message.id}
          message={message}
          isLast={message === messages.at(-1) && pending === null}
          model={model}
          onShowDashboard={onShowDashboard}
        />
      ))}
      {pending !== null && (
        <>
          <Bubble from="user">{pending}</Bubble>
          {asking.kind === 'failed' ? (
            <Trouble error={asking.error} onRetry={() => model.ask(pending)} />
          ) : (
            <p class="chat-note">{t('thinking')}</p>
          )}
        </>
      )}
    </div>
  );
}

function Examples({ model }: PartProps) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  return (
    <div class="chat-examples">
      <p class="chat-note">{t('examples')}</p>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example}>
            <Button onClick={() => model.ask(t(example))}>{t(example)}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Bubble({ from, children }: { from: ChatMessage['role']; children: ComponentChildren }) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  return (
    <div class="chat-message" data-from={from}>
      <span class="visually-hidden">{from === 'user' ? t('you') : 'LeadRelay'}: </span>
      {children}
    </div>
  );
}

interface MessageProps extends PartProps {
  message: ChatMessage;
  isLast: boolean;
  onShowDashboard: () => void;
}

function Message({ message, isLast, model, onShowDashboard }: MessageProps) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  if (message.role === 'user') return <Bubble from="user">{message.text}</Bubble>;
  const reply = message.answer?.reply;
  return (
    <Bubble from="assistant">
      {reply === undefined && <p>{t('gone')}</p>}
      {reply?.status === 'not_understood' && (
        <>
          <p>{t('notUnderstood')}</p>
          {isLast && <Examples model={model} />}
        </>
      )}
      {reply?.status === 'not_synced' && (
        <>
          <p class="chat-topic">{reply.title}</p>
          <p>{t('notSynced')}</p>
        </>
      )}
      {reply?.status === 'ok' && (
        <>
          <Answer answer={message.answer} />
          {reply.widget ? (
            <AddButton id={message.id} config={reply.widget} {...{ model, onShowDashboard }} />
          ) : (
            <p class="chat-note">{t('fixedDates')}</p>
          )}
        </>
      )}
    </Bubble>
  );
}

/** Those behind them are on the chart that can be added. */
const SHOWN_RANKS = 5;

function RankingAnswer({ reply: { title, data, range } }: { reply: Extract<RankingReply, { status: 'ok' }> }) {
  const { i18n, format } = useApp();
  const t = i18n.of(CHAT_TEXTS);
  // What is of nobody, or of all others together, is no rank.
  const ranked = (data.series[0]?.points ?? []).filter(({ key }) => key !== '' && key !== OTHERS).slice(0, SHOWN_RANKS);
  return (
    <>
      <p>{t('ranking')}</p>
      <p class="chat-topic">{title}</p>
      {ranked.length === 0 && <p>{i18n.t('panel.empty')}</p>}
      <ol class="chat-ranking">
        {ranked.map(({ key, label, value }) => (
          <li key={key}>
            {label}: <strong>{value === null ? i18n.t('kpi.noValue') : format.exact(`${value}`, data)}</strong>
          </li>
        ))}
      </ol>
      <p class="chat-note">{range ? writeRange(range, i18n.intlLocale) : i18n.t('range.all')}</p>
    </>
  );
}

type NumberReply = Extract<KpiReply, { status: 'ok' }>;

/** What was found out; nothing for an answer without numbers. */
function Answer({ answer }: { answer: ChatAnswer | null }) {
  if (answer?.reply.status !== 'ok') return null;
  return answer.kind === 'kpi' ? <NumberAnswer reply={answer.reply} /> : <RankingAnswer reply={answer.reply} />;
}

function NumberAnswer({ reply: { title, data, range } }: { reply: NumberReply }) {
  const { i18n, format } = useApp();
  const shown = data.value === null ? i18n.t('kpi.noValue') : format.exact(data.value, data);
  return (
    <>
      <p class="chat-topic">{title}</p>
      <data class="chat-number" value={data.value ?? ''} style={{ '--characters': shown.length }}>
        {shown}
      </data>
      <p class="chat-note">
        {range ? writeRange(range, i18n.intlLocale) : i18n.t('range.all')}
        {data.value !== null && data.previous !== null && (
          <>
            {' · '}
            {format.change(data.value, data.previous, data) ?? format.exact(data.previous, data)} (
            {format.exact(data.previous, data)})
          </>
        )}
      </p>
      <Unconverted of={data.unconverted} />
    </>
  );
}

/** In figures: not every language has its months in every browser. */
function writeRange({ from, to }: { from: string; to: string }, locale: string): string {
  const date = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });
  const [first, last] = [date.format(Date.parse(from)), date.format(Date.parse(to))];
  return first === last ? first : `${first} – ${last}`;
}

interface AddButtonProps extends PartProps {
  id: string;
  config: NonNullable<NumberReply['widget']>;
  onShowDashboard: () => void;
}

function AddButton({ id, config, model, onShowDashboard }: AddButtonProps) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  const task = model.adding.value.get(id);
  return (
    <div class="chat-add">
      {task?.kind === 'done' ? (
        <Button onClick={onShowDashboard}>{t('showDashboard')}</Button>
      ) : (
        <Button onClick={() => model.addToDashboard(id, config)} isBusy={task?.kind === 'busy'}>
          {task?.kind === 'busy' ? t('adding') : t('add')}
        </Button>
      )}
      <span role="status">
        {task?.kind === 'done' && t('added')}
        {task?.kind === 'failed' && (
          <span class="chat-failed">{task.error.code === 'wrong_state' ? t('addRefused') : t('failed')}</span>
        )}
      </span>
    </div>
  );
}

function Trouble({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const app = useApp();
  const t = app.i18n.of(CHAT_TEXTS);
  const [cameAt] = useState(Date.now);
  return (
    <div class="chat-trouble" role="alert">
      <span class="chat-failed">{describeTrouble(error, cameAt, app)}</span>
      <Button onClick={onRetry}>{t('retry')}</Button>
    </div>
  );
}

function describeTrouble({ kind, code, retryAfterMs }: ApiError, cameAt: number, { i18n, format }: AppContext): string {
  const t = i18n.of(CHAT_TEXTS);
  if (kind === 'network') return t('offline');
  if (code !== 'rate_limited') return t('failed');
  const waitMs = retryAfterMs ?? 0;
  if (waitMs <= MINUTE_MS) return t('tooOften', { count: Math.ceil(waitMs / 1000) });
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return t('tooMany', { time: format.moment(new Date(cameAt + waitMs).toISOString(), timeZone, cameAt) });
}

function AskForm({ model }: PartProps) {
  const t = useApp().i18n.of(CHAT_TEXTS);
  const field = useRef<HTMLInputElement>(null);
  const isBusy = model.asking.value.kind === 'busy';
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = field.current;
    const question = input?.value.trim() ?? '';
    if (!input || question === '' || isBusy) return;
    input.value = '';
    await model.ask(question);
    input.focus();
  };
  return (
    <form class="chat-form" onSubmit={submit}>
      <input
        ref={field}
        type="text"
        maxLength={MAX_LENGTH}
        autoComplete="off"
        aria-label={t('question')}
        placeholder={t('placeholder')}
      />
      <SubmitButton isBusy={isBusy}>{t('send')}</SubmitButton>
    </form>
  );
}
