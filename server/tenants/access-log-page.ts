import { agentOf } from '../../contract/agents.ts';
import type { AccessLogReply } from '../../contract/data.ts';
import type { Tx } from '../platform/db.ts';

interface Row {
  seq: number;
  created_at: Date;
  accessed_by: string;
  action: string;
  entity: string | null;
  record_count: number | null;
  name: string | null;
  member: string | null;
}

/** A page of the access log, the latest first. @param page.before `next` of the page before */
export async function readAccessLog(
  tx: Tx,
  tenantId: string,
  page: { before?: number | undefined; limit: number },
): Promise<AccessLogReply> {
  const rows = await tx.query<Row>({
    text: `select l.seq, l.created_at, l.accessed_by, l.action, l.entity, l.record_count, m.name, changed.name as member
           from data_access_logs l
           left join lateral (
             select name from tenant_members
             where tenant_id = $1 and l.accessed_by = 'user:' || crm_user_id order by last_seen_at desc nulls last limit 1
           ) m on true
           left join tenant_members changed
             on changed.tenant_id = $1 and l.action = 'change_member' and l.entity = changed.crm_source || '.' || changed.crm_user_id
           where l.tenant_id = $1 and ($2::bigint is null or l.seq < $2) order by l.seq desc limit $3`,
    values: [tenantId, page.before ?? null, page.limit + 1],
  });
  const shown = rows.slice(0, page.limit);
  return {
    entries: shown.map((row) => ({
      seq: row.seq,
      at: row.created_at.toISOString(),
      who: describeReader(row),
      action: row.action,
      entity: row.entity,
      member: row.member,
      recordCount: row.record_count,
    })),
    next: rows.length > page.limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

/** `user:<id>` is a person, `system:<persona>_<what>` one of the team. */
function describeReader({ accessed_by, name }: Row): AccessLogReply['entries'][number]['who'] {
  const [kind, ...rest] = accessed_by.split(':');
  const id = rest.join(':');
  if (kind === 'user') return { kind: 'user', id, name };
  return { kind: 'system', id, name: agentOf(id)?.names.en ?? null };
}
