import type { CrmMode, CrmSource, Entity } from '../../contract/crm.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { AnyRecord, DealProductRow, Dictionaries } from './records.ts';

export type CrmErrorKind = 'auth' | 'rate_limit' | 'unavailable' | 'bad_response' | 'blocked';

/**
 * What a CRM call can fail with. `auth` needs a person to reconnect, `blocked` a person to act in the CRM (plan, REST
 * switched off); the other kinds pass by themselves. The message never holds a token or a record's content.
 */
export class CrmError extends Error {
  readonly kind: CrmErrorKind;
  /** When the CRM itself said how long to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: CrmErrorKind, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CrmError';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface ConnectionInfo {
  mode: CrmMode;
  /** IANA zone of the CRM, null where it does not say. */
  timezone: string | null;
  baseCurrency: string | null;
  /** The CRM's plan as it names it, which decides the request limits; null where it does not say. */
  license: string | null;
  /** The user whose rights decide what is copied. */
  userId: string;
  userIsAdmin: boolean;
  /** The CRM's clock when it was asked, ISO UTC. */
  crmTime: string;
}

export interface FieldDefinition {
  entity: Entity;
  /** The CRM's code; the key in customFields for custom ones. */
  code: string;
  label: string;
  type: 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'money' | 'list' | 'reference' | 'other';
  isCustom: boolean;
  isMultiple: boolean;
  /** Options of a list field: code -> label. */
  options: Record<string, string> | null;
}

/** Where a full load stands, opaque to the engine: stored as JSON beside the rows and handed back to `pages`. */
export type Checkpoint = Record<string, string | number | boolean | null>;

/** A record of which something could not be used; it is listed for the user and never stops the rest. */
export interface Quarantined {
  externalId: string;
  /** `field: problem` for each value, `problem` for a record that cannot be used at all, joined by `; `; see RECORD_PROBLEMS. */
  reason: string;
}

export interface Page {
  records: AnyRecord[];
  quarantined: Quarantined[];
  /** To resume after this page. */
  checkpoint: Checkpoint;
  /** True on the last page of the entity. */
  done: boolean;
  /** How many records the CRM says there are; null where it does not say. */
  total: number | null;
  /** CRM time when the page was read, ISO UTC: the clock that incremental windows are cut by. */
  crmTime: string;
  /** Records created at or after this have all been delivered by now, ISO UTC; null: not known yet. */
  coveredFrom: string | null;
}

interface ChangeCounts {
  /** How many records of each entity have changed. */
  counts: ReadonlyMap<Entity, number>;
  /** Records that the CRM says were deleted since it was last asked. A hint: some CRMs say nothing, and none can be repeated. */
  deleted: readonly { entity: Entity; externalId: string }[];
  /** The CRM's time before they were counted, ISO UTC. */
  crmTime: string;
}

interface IdPage {
  /** Newest first. */
  ids: string[];
  /** To resume after this page. */
  checkpoint: Checkpoint;
  done: boolean;
}

/** What became of records that were asked for one by one: each id is in one of the four. */
interface Found {
  records: AnyRecord[];
  quarantined: Quarantined[];
  /** The CRM has no such record (any more), or it is none that is copied. */
  gone: string[];
  /** There is one, but we may not see it. */
  hidden: string[];
}

/**
 * One a CRM; one battery of tests runs over all of them. Adapters know nothing of the database, engine or HTTP.
 * Everything here may throw CrmError, and the signal's reason once it is aborted.
 */
export interface CrmAdapter {
  readonly source: CrmSource;
  testConnection(signal: AbortSignal): Promise<ConnectionInfo>;
  /** What this connection has to copy, in the order it should be copied; Bitrix24 in Simple mode has no leads. */
  entities(signal: AbortSignal): Promise<readonly Entity[]>;
  /** Of all entities that have fields of their own. */
  getFieldDefinitions(signal: AbortSignal): Promise<FieldDefinition[]>;
  readDictionaries(signal: AbortSignal): Promise<Dictionaries>;
  /**
   * Full load from a checkpoint (null: from the start), newest first where the CRM allows. Each page is one commit. When it
   * throws, a new call with the last page's checkpoint goes on where it stopped.
   */
  pages(entity: Entity, from: Checkpoint | null, signal: AbortSignal): AsyncIterable<Page>;
  /**
   * What a page of `pages` and those before it leave out of a recent period although something happened then: activities that
   * were planned long before, deals that were old when they changed stage. Entities without such moments have none.
   * @param since ISO UTC
   * @param from checkpoint of that page
   */
  activeSince(entity: Entity, since: string, from: Checkpoint, signal: AbortSignal): AsyncIterable<Page>;
  /**
   * Counts what `changes` would bring, in one request for all entities, so that a CRM in which nothing happened costs no more.
   * @param since CRM time by entity, ISO UTC; entities that are not named are not counted
   */
  countChanges(since: ReadonlyMap<Entity, string>, signal: AbortSignal): Promise<ChangeCounts>;
  /**
   * Records created or changed at or after `since`, CRM time as ISO UTC, in pages as `pages` gives them. A record that
   * changes while they are read may come or not: it belongs to the next window, which has to begin before this one ended.
   */
  changes(entity: Entity, since: string, from: Checkpoint | null, signal: AbortSignal): AsyncIterable<Page>;
  /** Entities whose records can be deleted in the CRM: `ids` and `find` know these. */
  readonly deletable: readonly Entity[];
  /**
   * The ids of all records, newest first. Runs in the background: leaves most of the CRM's limits to others.
   * @param expected how many there should be; only saves requests
   */
  ids(entity: Entity, expected: number, from: Checkpoint | null, signal: AbortSignal): AsyncIterable<IdPage>;
  /** Looks up to 2,500 records up by their ids. Runs in the background. */
  find(entity: Entity, ids: readonly string[], signal: AbortSignal): Promise<Found>;
  /** Product rows of up to 500 deals, and the deals whose rows we may not see. Runs in the background. A deal that is gone has none. */
  readDealProducts(dealIds: readonly string[], signal: AbortSignal): Promise<{ rows: DealProductRow[]; hidden: string[] }>;
}

/** A CRM access token with the address it is good for. `version` grows with each refresh. */
export interface AccessToken {
  /** null for an inbound webhook, whose secret is part of the address. */
  accessToken: string | null;
  /** REST base address with a trailing slash, as the CRM's authorization server gave it. */
  endpoint: string;
  version: number;
}

/** Where an adapter gets its token from; the implementation keeps it sealed and refreshes it under a lock. */
export interface TokenSource {
  get(): Promise<AccessToken>;
  /** Called when the CRM says `expired_token`: returns a newer token than `stale`, refreshing at most once. */
  refresh(stale: AccessToken): Promise<AccessToken>;
}

/** What a CRM said of one method's running time after a request. */
export interface MethodUsage {
  method: string;
  /** Seconds counted against the method's limit so far; null where the CRM does not say. */
  operatingSeconds: number | null;
  /** Seconds this request took: what stands in where the CRM keeps no count. */
  spentSeconds: number;
  /** When the oldest part is forgotten, Unix ms of our clock; null where the CRM does not say. */
  resetAt: number | null;
}

/** Asked before every CRM request. Shared by all processes. */
export interface RateLimiter {
  /**
   * Resolves when a request that runs these methods may be sent.
   * @param urgency `background` uses about half of what the limits leave, so that what people wait for is never held up
   * @throws CrmError `rate_limit` with `retryAfterMs` where that takes longer than a few seconds, so that other work can go on
   */
  acquire(methods: readonly string[], signal: AbortSignal, urgency?: 'normal' | 'background'): Promise<void>;
  /** What the CRM reported afterwards; counted with the next `acquire`. */
  report(usage: MethodUsage): void;
  /** The CRM refused a request for coming too soon: its bucket is fuller than ours. */
  refused(): void;
}

/** What an adapter is made of; it lives for one run of one connection. */
export interface AdapterDeps {
  outbound: Outbound;
  tokens: TokenSource;
  limiter: RateLimiter;
  clock: Clock;
}
