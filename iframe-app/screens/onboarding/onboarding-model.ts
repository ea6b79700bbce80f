import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Widget } from '../../../contract/dashboard.ts';
import type { Category, OnboardingReply, OnboardingState, QuestionId } from '../../../contract/onboarding.ts';
import { ApiError } from '../../api.ts';
import { type DashboardModel, mergePanels, type PanelState } from '../dashboard/dashboard-model.ts';
import { run, type Task } from '../task.ts';
import type { OnboardingApi } from './onboarding-api.ts';

/** What stands in the dashboard's place. `opening`: what there is to show is on its way, or could not be had. */
type OnboardingScreen = 'opening' | 'analyzing' | 'choose' | 'questions' | 'building';

/** A new widget whose numbers have been asked for; null as its widget: they could not be had. */
export interface BuiltWidget {
  id: string;
  widget: Widget | null;
  panel: PanelState;
}

export interface OnboardingModel {
  /** Null until it is loaded. */
  reply: ReadonlySignal<OnboardingReply | null>;
  /** Null: the dashboard is shown. */
  screen: ReadonlySignal<OnboardingScreen | null>;
  /** Choosing anew while the questions wait. */
  isBack: ReadonlySignal<boolean>;
  ticked: ReadonlySignal<ReadonlySet<Category>>;
  answers: ReadonlySignal<Partial<Record<QuestionId, string>>>;
  loading: ReadonlySignal<Task>;
  /** The step that was taken last. */
  sending: ReadonlySignal<Task>;
  /** Somebody else has moved on: what is shown is where things stand now. */
  hasMoved: ReadonlySignal<boolean>;
  /** New widgets as their numbers arrive, in the dashboard's order. */
  built: ReadonlySignal<readonly BuiltWidget[]>;
  /** How many widgets the round that ended on this page has made; null while none has. */
  finished: ReadonlySignal<number | null>;
  /** A person has gone from here to the dashboard, and the focus has to follow. */
  hasLeft: ReadonlySignal<boolean>;
  /** The server is at work, or the answer to it is missing: it is worth asking again. */
  isAwaiting: ReadonlySignal<boolean>;
  /** Nobody vouches for the person any more: the page has to be opened again. */
  isSessionOver: ReadonlySignal<boolean>;
  /** Looks where things stand. Where nobody has begun, it begins. */
  load(): Promise<void>;
  /** The same; answers the milliseconds until it is worth looking again, null: not before something happens. */
  poll(): Promise<number | null>;
  toggle(category: Category): void;
  answer(question: QuestionId, option: string): void;
  /** From the questions to the choice. */
  back(): void;
  select(): Promise<void>;
  refine(): Promise<void>;
  /** To the dashboard, for now. */
  putOff(): void;
  /** From the dashboard to where onboarding stands, beginning it or a further round of it. */
  enter(): Promise<void>;
  /** Tries again what has brought the person here. */
  retry(): Promise<void>;
  /** The news of the end has been read. */
  dismiss(): void;
}

export interface OnboardingDeps {
  api: OnboardingApi;
  /** Shows what was made. */
  dashboard: Pick<DashboardModel, 'reload'>;
  /** The person has put it off before. */
  isPutOff: boolean;
  /** The page has seen a round that was not over. */
  wasUnderWay: boolean;
}

const ANALYZING_POLL_MS = 1_500;
const GENERATING_POLL_MS = 1_000;
/** A first copy takes minutes; its end is also heard of by itself. */
const SYNCING_POLL_MS = 10_000;
/** Data that could not be looked at, or that is too little yet, the server looks at again in its own time. */
const LOOKED_AT_AGAIN_POLL_MS = 30_000;
const FAILED_POLL_MS = 5_000;
/** Charts asked for at once: few, so that each is shown soon, and more than one, so that a distant server is not asked ten times. */
const GROUP_SIZE = 2;

const ATTENDED: Partial<Record<OnboardingState, OnboardingScreen>> = {
  analyzing: 'analyzing',
  categories: 'choose',
  refining: 'questions',
  generating: 'building',
};

export function createOnboarding({ api, dashboard, isPutOff: wasPutOff, wasUnderWay }: OnboardingDeps): OnboardingModel {
  const reply = signal<OnboardingReply | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  /** Why the last look failed, also while the next is on its way. */
  const lastError = signal<ApiError | null>(null);
  const sending = signal<Task>({ kind: 'idle' });
  const isPutOff = signal(wasPutOff);
  const isEntering = signal(false);
  const isBack = signal(false);
  const ticked = signal<ReadonlySet<Category>>(new Set());
  const answers = signal<Partial<Record<QuestionId, string>>>({});
  const hasMoved = signal(false);
  const isBuilding = signal(false);
  const built = signal<readonly BuiltWidget[]>([]);
  const finished = signal<number | null>(null);
  const hasLeft = signal(false);
  /** Whether what is ticked is a person's doing, which no proposal takes the place of. */
  let isTouched = false;
  let looking: Promise<void> | null = null;
  let stepsReceived = 0;
  /** What the server has been told of putting it off. */
  let told: Promise<unknown> = Promise.resolve();

  const screen = computed<OnboardingScreen | null>(() => {
    if (isEntering.value) return 'opening';
    const current = reply.value;
    if (isPutOff.value) return null;
    if (isBuilding.value) return 'building';
    if (current === null) return 'opening';
    if (current.state === 'refining' && isBack.value) return 'choose';
    return ATTENDED[current.state] ?? null;
  });

  function receive(next: OnboardingReply): void {
    const before = reply.value;
    const isAway = isPutOff.value;
    batch(() => {
      reply.value = next;
      if (next.state !== 'refining') isBack.value = false;
      if (next.state === 'categories') propose(next, before);
      if (next.state === 'refining') {
        ticked.value = new Set(next.selected);
        answers.value = Object.fromEntries(
          next.questions.map(({ id, options, recommended }) => {
            const given = answers.value[id];
            return [id, given !== undefined && options.includes(given) ? given : recommended];
          }),
        );
      }
      if (next.state === 'generating' && !isPutOff.value) isBuilding.value = true;
      // It was this round that was put off.
      if (next.state === 'complete') isPutOff.value = false;
    });
    if (next.state !== 'complete') return;
    if (before === null) {
      // It has ended while this loaded: the dashboard may be older than what has been made.
      if (wasUnderWay) dashboard.reload();
    } else if (before.state !== 'complete') {
      if (isAway) dashboard.reload();
      else showCharts(next.created);
    }
  }

  function propose(next: OnboardingReply, before: OnboardingReply | null): void {
    if (before?.state !== 'categories') isTouched = false;
    const available = next.categories.filter(({ isAvailable }) => isAvailable);
    const kept = isTouched
      ? available.filter(({ category }) => ticked.value.has(category))
      : available.filter(({ isSuggested }) => isSuggested);
    ticked.value = new Set(kept.map(({ category }) => category));
  }

  /** Shows each new chart once its numbers are there; those that cannot be had now are the dashboard's to try again. */
  async function showCharts(ids: readonly string[]): Promise<void> {
    batch(() => {
      isBuilding.value = true;
      built.value = ids.map((id) => ({ id, widget: null, panel: { kind: 'loading' } }));
    });
    for (let start = 0; start < ids.length && isBuilding.value; start += GROUP_SIZE) {
      const group = ids.slice(start, start + GROUP_SIZE);
      const arrived = await loadGroup(group);
      built.value = built.value.map((one) => (group.includes(one.id) ? (arrived.get(one.id) ?? failed(one.id)) : one));
    }
    await dashboard.reload();
    batch(() => {
      finished.value = ids.length;
      hasLeft.value ||= isBuilding.value;
      isBuilding.value = false;
    });
  }

  async function loadGroup(ids: readonly string[]): Promise<Map<string, BuiltWidget>> {
    try {
      const numbers = await api.getWidgets(ids);
      const panels = mergePanels(new Map(), numbers);
      return new Map(
        numbers.widgets.map((widget) => [
          widget.id,
          { id: widget.id, widget, panel: panels.get(widget.id) ?? { kind: 'failed' } },
        ]),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return new Map();
    }
  }

  function load(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function look(): Promise<void> {
    const stepsBefore = stepsReceived;
    await run(loading, async () => {
      const next = await api.get();
      // The answer to a step that was taken meanwhile is newer than this.
      if (stepsReceived === stepsBefore) receive(next);
    });
    lastError.value = loading.value.kind === 'failed' ? loading.value.error : null;
    if (reply.value?.state === 'not_started') await take(api.start);
  }

  function take(call: () => Promise<OnboardingReply>): Promise<boolean> {
    return run(sending, async () => {
      const next = await call();
      stepsReceived += 1;
      receive(next);
    });
  }

  /** Takes a step. Where somebody else was faster, it shows what that one has made of it. */
  async function step(call: () => Promise<OnboardingReply>): Promise<boolean> {
    hasMoved.value = false;
    const isDone = await take(call);
    const task = sending.value;
    if (task.kind !== 'failed' || task.error.code !== 'wrong_state') return isDone;
    await load();
    if (loading.value.kind !== 'done') return false;
    batch(() => {
      sending.value = { kind: 'idle' };
      isBack.value = false;
      hasMoved.value = true;
    });
    return true;
  }

  function remember(next: boolean): void {
    if (isPutOff.value === next) return;
    isPutOff.value = next;
    // One after the other: the last word is the person's last. Where it does not arrive, it holds for as long as the page lives.
    told = told
      .then(() => api.putOff(next))
      .catch((error) => {
        if (!(error instanceof ApiError)) throw error;
      });
  }

  function nextLookMs(): number | null {
    // Who comes back from the dashboard looks anyway.
    return isPutOff.value && reply.value?.state === 'categories' ? null : pollDelay(reply.value, lastError.value);
  }

  async function enter(): Promise<void> {
    batch(() => {
      isEntering.value = true;
      // Why it failed the last time says nothing of this one.
      sending.value = { kind: 'idle' };
      finished.value = null;
      hasLeft.value = false;
    });
    await load();
    // Whoever has gone back to the dashboard meanwhile stays there.
    if (loading.value.kind === 'failed' || !isEntering.value) return;
    remember(false);
    // A first round that nobody has begun is begun by the look; why it could not be is told.
    if (reply.value?.state === 'not_started') return;
    if (reply.value?.state === 'complete' && !(await step(api.reconfigure))) return;
    if (!isEntering.value) remember(true);
    isEntering.value = false;
  }

  return {
    reply,
    screen,
    isBack,
    ticked,
    answers,
    loading,
    sending,
    hasMoved,
    built,
    finished,
    hasLeft,
    isAwaiting: computed(() => nextLookMs() !== null),
    isSessionOver: computed(() =>
      [loading, sending].some(({ value }) => value.kind === 'failed' && value.error.kind === 'session'),
    ),
    load,
    async poll() {
      await load();
      return nextLookMs();
    },
    toggle(category) {
      const next = new Set(ticked.value);
      if (!next.delete(category)) next.add(category);
      isTouched = true;
      ticked.value = next;
    },
    answer(question, option) {
      answers.value = { ...answers.value, [question]: option };
    },
    back() {
      batch(() => {
        hasMoved.value = false;
        sending.value = { kind: 'idle' };
        isBack.value = true;
      });
    },
    async select() {
      // In the order they are offered, whatever the order of the ticks.
      const chosen = (reply.value?.categories ?? []).map(({ category }) => category).filter((one) => ticked.value.has(one));
      if (await step(() => api.select(chosen))) isBack.value = false;
    },
    async refine() {
      const asked = (reply.value?.questions ?? []).flatMap(({ id }) => {
        const option = answers.value[id];
        return option === undefined ? [] : [[id, option]];
      });
      await step(() => api.refine(Object.fromEntries(asked)));
    },
    putOff() {
      batch(() => {
        remember(reply.value?.state !== 'complete');
        isEntering.value = false;
        isBuilding.value = false;
        hasMoved.value = false;
        hasLeft.value = true;
      });
    },
    enter,
    retry: () => (isEntering.value ? enter() : load()),
    dismiss() {
      finished.value = null;
    },
  };
}

function failed(id: string): BuiltWidget {
  return { id, widget: null, panel: { kind: 'failed' } };
}

/** Null: nothing changes before a person does something. */
function pollDelay(reply: OnboardingReply | null, error: ApiError | null): number | null {
  if (error?.kind === 'session') return null;
  // Where the server is at work, its end is waited for whatever one look has met.
  const isWaiting = reply?.state === 'syncing' || reply?.state === 'analyzing' || reply?.state === 'generating';
  if (error !== null) return error.kind === 'network' || isWaiting ? FAILED_POLL_MS : null;
  switch (reply?.state) {
    case undefined:
      return FAILED_POLL_MS;
    case 'syncing':
      return SYNCING_POLL_MS;
    case 'analyzing':
      return ANALYZING_POLL_MS;
    case 'generating':
      return GENERATING_POLL_MS;
    case 'categories':
      return reply?.isFallback || reply?.categories.some(({ isAvailable }) => !isAvailable) ? LOOKED_AT_AGAIN_POLL_MS : null;
    default:
      return null;
  }
}
