import { z } from 'zod';
import type { Clock } from './clock.ts';

/**
 * When a fault applies. Matching requests are counted from the moment the script is played; those a rate limit turned away
 * are not counted. Seconds are sandbox time.
 */
export const faultWhen = z.strictObject({
  /**
   * `crm.item.list`, `crm.*`, `batch`, or a path of the authorization server (`oauth/token`). A batch matches by its own
   * name and by the methods of its commands. Default `*`: all but the authorization server.
   */
  method: z.string().min(1).default('*'),
  /** Only requests, or commands, that ask for these records. */
  entity: z.string().optional(),
  /** The first matching request that is hit. Default 1. */
  from: z.int().positive().default(1),
  /** How many are hit from there on. Default 1; 'always' where `forSeconds` says the end, and for faults that are a state. */
  times: z.union([z.int().positive(), z.literal('always')]).optional(),
  /** The last hit comes less than this after the first. */
  forSeconds: z.number().positive().optional(),
  /** Requests before this are not counted. Default 0. */
  afterSeconds: z.number().nonnegative().default(0),
  /**
   * Faults of single calls only: these commands of a batch (from 1), and batches are counted instead of calls. Default:
   * every matching call counts for itself, alone or in a batch; with the method `batch` it is 'all'.
   */
  command: z.union([z.int().positive(), z.array(z.int().positive()).min(1), z.literal('all')]).optional(),
  /** Only batches of more commands than this. */
  commandsOver: z.int().nonnegative().optional(),
  /** Faults of single calls only: those whose answer holds a record with an id in this span, ends included. */
  ids: z.strictObject({ from: z.number(), to: z.number() }).optional(),
});

type FaultWhen = z.output<typeof faultWhen>;

export interface FaultRule<What> {
  when: FaultWhen;
  what: What;
}

/** What a request or a command asks for. */
export interface Subject {
  method: string;
  /** null: no records of a kind that faults can name. */
  entity: string | null;
}

export interface FaultRequest extends Subject {
  /** Those of a batch, in order; empty otherwise. */
  commands: readonly Subject[];
}

/** What hits one request. Rules come in the script's order. */
interface RequestHits<What> {
  whole: What[];
  /** What hits the call at this place of a batch (from 0), or the request itself. Ask once a call: asking counts. */
  call(position: number): What[];
  /** The same for rules that wait for the ids of the answer. */
  answer(position: number, ids: readonly number[]): What[];
}

/** Plays a script: decides which rule hits which request. Each rule counts for itself, also when another one wins. */
export interface FaultPlayer<What> {
  /** Counts a request. */
  request(request: FaultRequest): RequestHits<What>;
  /** What would hit a matching request now: the state the sandbox is in between requests. */
  standing(): What[];
  /** How often each rule has hit, in the script's order. A fault that never hit has tested nothing. */
  hits(): number[];
}

export interface FaultKinds<What> {
  /** The fault is one of a single call, not of a whole request. */
  isOfCall(what: What): boolean;
  /** The fault is a state that lasts unless the rule says otherwise. */
  isLasting(what: What): boolean;
}

interface Progress<What> {
  rule: FaultRule<What>;
  times: number;
  seen: number;
  hits: number;
  firstHitAt: number | null;
}

export function createFaultPlayer<What>(
  rules: readonly FaultRule<What>[],
  clock: Pick<Clock, 'now'>,
  kinds: FaultKinds<What>,
): FaultPlayer<What> {
  const startedAt = clock.now();
  const all = rules.map((rule): Progress<What> => {
    const { times, forSeconds } = rule.when;
    const fallback = forSeconds !== undefined || kinds.isLasting(rule.what) ? Infinity : 1;
    return { rule, times: times === 'always' ? Infinity : (times ?? fallback), seen: 0, hits: 0, firstHitAt: null };
  });

  function isOpen({ rule: { when }, times, hits, firstHitAt }: Progress<What>): boolean {
    const now = clock.now();
    if (now < startedAt + when.afterSeconds * 1000 || hits >= times) return false;
    return when.forSeconds === undefined || firstHitAt === null || now < firstHitAt + when.forSeconds * 1000;
  }

  /** @returns whether the rule hits what it is shown now */
  function count(one: Progress<What>): boolean {
    if (!isOpen(one)) return false;
    one.seen += 1;
    if (one.seen < one.rule.when.from) return false;
    one.firstHitAt ??= clock.now();
    one.hits += 1;
    return true;
  }

  return {
    request(request) {
      const subjectAt = (position: number): Subject => request.commands[position] ?? request;
      const chosen = new Map<Progress<What>, number[]>();
      const whole: What[] = [];
      for (const one of all) {
        const { when, what } = one.rule;
        if (!kinds.isOfCall(what)) {
          if (matchesRequest(when, request) && count(one)) whole.push(what);
        } else if (countsBatches(when)) {
          const commands = chooseCommands(when, request);
          if (commands.length > 0 && count(one)) chosen.set(one, commands);
        }
      }
      const isLargeEnough = ({ commandsOver }: FaultWhen) => commandsOver === undefined || request.commands.length > commandsOver;
      return {
        whole,
        call: (position) =>
          all
            .filter((one) => {
              const { when, what } = one.rule;
              if (!kinds.isOfCall(what) || when.ids) return false;
              if (countsBatches(when)) return chosen.get(one)?.includes(position) ?? false;
              return isLargeEnough(when) && matches(when, subjectAt(position)) && count(one);
            })
            .map((one) => one.rule.what),
        answer: (position, ids) =>
          all
            .filter((one) => {
              const { when, what } = one.rule;
              const { ids: span } = when;
              if (!kinds.isOfCall(what) || !span || !ids.some((id) => id >= span.from && id <= span.to)) return false;
              const matching =
                request.commands.length === 0 ? matches(when, request) : chooseCommands(when, request).includes(position);
              return matching && count(one);
            })
            .map((one) => one.rule.what),
      };
    },
    standing: () => all.filter((one) => isOpen(one) && one.seen >= one.rule.when.from - 1).map((one) => one.rule.what),
    hits: () => all.map((one) => one.hits),
  };
}

const countsBatches = ({ command, method, ids }: FaultWhen): boolean =>
  ids === undefined && (command !== undefined || method === 'batch');

const matches = (when: FaultWhen, subject: Subject): boolean =>
  matchesMethod(when.method, subject.method) && (when.entity === undefined || when.entity === subject.entity);

function matchesMethod(pattern: string, method: string): boolean {
  // A path is a door of the authorization server, which is another party.
  if (pattern === '*') return !method.includes('/');
  return pattern.endsWith('*') ? method.startsWith(pattern.slice(0, -1)) : method === pattern;
}

function matchesRequest(when: FaultWhen, request: FaultRequest): boolean {
  const { commands } = request;
  if (when.commandsOver !== undefined && commands.length <= when.commandsOver) return false;
  if (matches(when, request)) return true;
  if (commands.some((command) => matches(when, command))) return true;
  return matchesMethod(when.method, request.method) && commands.some(({ entity }) => entity === when.entity);
}

/** Places of the commands that a rule means; none when the batch is not meant. */
function chooseCommands(when: FaultWhen, { commands }: FaultRequest): number[] {
  if (when.commandsOver !== undefined && commands.length <= when.commandsOver) return [];
  const wanted = when.command === undefined || when.command === 'all' ? null : [when.command].flat();
  const anyMethod = { ...when, method: when.method === 'batch' ? '*' : when.method };
  return [...commands.keys()].filter((position) => {
    const command = commands[position];
    return command !== undefined && (wanted === null || wanted.includes(position + 1)) && matches(anyMethod, command);
  });
}
