import type { CrmMode, CrmSource, Entity } from '../../contract/crm.ts';
import type { AnyRecord, Dictionaries } from './records.ts';

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
  /** The CRM's own name for the account (portal address, organisation name). */
  accountName: string;
  mode: CrmMode;
  /** IANA zone of the CRM, null where it does not say. */
  timezone: string | null;
  baseCurrency: string | null;
  /** The user whose rights decide what is copied. */
  userId: string;
  userIsAdmin: boolean;
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

/** A record that could not be used; it is listed for the user and never stops the rest. */
export interface Quarantined {
  externalId: string;
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
}

/** A half-open window of CRM time, ISO UTC. */
export interface ChangeWindow {
  from: string;
  to: string;
}

/** One a CRM; one battery of tests runs over all of them. Adapters know nothing of the database, engine or HTTP. */
export interface CrmAdapter {
  readonly source: CrmSource;
  /** What this connection has to copy, in the order it should be copied; Bitrix24 in Simple mode has no leads. */
  entities(): Promise<readonly Entity[]>;
  testConnection(): Promise<ConnectionInfo>;
  getFieldDefinitions(entity: Entity): Promise<FieldDefinition[]>;
  readDictionaries(): Promise<Dictionaries>;
  /** Full load from a checkpoint (null: from the start), newest first where the CRM allows. Each page is one commit. */
  pages(entity: Entity, from: Checkpoint | null, signal: AbortSignal): AsyncIterable<Page>;
  /** Records modified in a window of CRM time. */
  changes(entity: Entity, window: ChangeWindow, signal: AbortSignal): AsyncIterable<Page>;
  /** All ids, cheaply, for the deletion sweep. */
  ids(entity: Entity, signal: AbortSignal): AsyncIterable<string[]>;
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

/** Asked before every CRM request; resolves when the request may be sent. Shared by all processes. */
export interface RateLimiter {
  acquire(methods: readonly string[], signal: AbortSignal): Promise<void>;
  /** What the CRM reported afterwards (Bitrix24's `operating` seconds and `operating_reset_at`). */
  report(usage: readonly { method: string; operatingSeconds: number; resetAt: number | null }[]): Promise<void>;
}
