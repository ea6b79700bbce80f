import type { CrmSource, Entity } from '../../contract/crm.ts';
import { type QuarantineReply, RECORD_PROBLEMS, type RecordProblem } from '../../contract/sync.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { recordUrl } from './record-url.ts';

const PAGE_SIZE = 100;

interface Row {
  crm_source: CrmSource;
  entity: Entity;
  external_id: string;
  reason: string;
  first_seen_at: Date;
  last_seen_at: Date;
  portal_url: string | null;
}

/**
 * Records of which something could not be used, by CRM, entity and id.
 * @param after `next` of the page before
 * @throws AppError `invalid_value` for an `after` that is none of ours
 */
export async function listQuarantine(tx: Tx, tenantId: string, after: string | undefined): Promise<QuarantineReply> {
  const [crmSource, entity, externalId] = after === undefined ? ['', '', ''] : parsePosition(after);
  const rows = await tx.query<Row>({
    text: `select q.crm_source, q.entity, q.external_id, q.reason, q.first_seen_at, q.last_seen_at, c.portal_url
           from sync_quarantine q
           left join crm_connections c on c.tenant_id = q.tenant_id and c.crm_source = q.crm_source
           where q.tenant_id = $1 and (q.crm_source, q.entity, q.external_id) > ($2, $3, $4)
           order by q.crm_source, q.entity, q.external_id limit $5`,
    values: [tenantId, crmSource, entity, externalId, PAGE_SIZE + 1],
  });
  const shown = rows.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  return {
    records: shown.map((row) => ({
      crmSource: row.crm_source,
      entity: row.entity,
      externalId: row.external_id,
      url: recordUrl(row.portal_url, row.crm_source, row.entity, row.external_id),
      problems: row.reason.split('; ').map(toProblem),
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
    })),
    next: rows.length > PAGE_SIZE && last ? JSON.stringify([last.crm_source, last.entity, last.external_id]) : null,
  };
}

function parsePosition(text: string): [string, string, string] {
  try {
    const [crmSource, entity, externalId] = JSON.parse(text) as unknown[];
    if (typeof crmSource === 'string' && typeof entity === 'string' && typeof externalId === 'string') {
      return [crmSource, entity, externalId];
    }
  } catch {}
  throw new AppError('invalid_value', 'after is not the position of a page.', {
    issues: [{ path: 'after', code: 'invalid_value', message: 'after is not the position of a page.' }],
  });
}

/** `field: problem`, or `problem` for the record as a whole; see `Quarantined`. */
function toProblem(text: string): { field: string | null; problem: RecordProblem } {
  const [, field = null, word = ''] = /^(?:(.*): )?(\w+)$/.exec(text) ?? [];
  return { field, problem: RECORD_PROBLEMS.find((known) => known === word) ?? 'unreadable' };
}
