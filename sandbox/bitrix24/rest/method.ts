import type { WorldUser } from '../../world/types.ts';
import type { AppCard, PortalState } from '../state.ts';
import type { Params } from './params.ts';

/** Whom a call runs as. */
export interface Caller {
  user: WorldUser;
  /** webhook: no application context, all scopes. */
  kind: 'app' | 'webhook';
  /** null: every scope. */
  scopes: ReadonlySet<string> | null;
}

export interface Call {
  portal: PortalState;
  app: AppCard;
  caller: Caller;
  params: Params;
  /** Whole Unix seconds of sandbox time. */
  now: number;
}

export interface Answer {
  result: unknown;
  /** Absent: the method does not count. */
  total?: number;
  /** Offset of the next page, when there is one. */
  next?: number;
  /** Records carried, for the ledger and the operating time. */
  records: number;
  /** Rows a count had to visit; Bitrix24 pays for them in operating time. */
  counted?: number;
}

export interface Method {
  /** Any of these opens it; empty: needs no scope. */
  scopes: readonly string[];
  /** Refused to webhooks. */
  appOnly?: boolean;
  run(call: Call): Answer;
}

export type MethodTable = Record<string, Method>;

/** An answer that carries one thing. */
export const single = (result: unknown): Answer => ({ result, records: 1 });
