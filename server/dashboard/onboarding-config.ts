import { z } from 'zod';
import type { CrmMode, CrmSource, Entity } from '../../contract/crm.ts';
import {
  type Category,
  category,
  type OnboardingState,
  onboardingState,
  type ProfiledEntity,
  questionId,
} from '../../contract/onboarding.ts';
import type { AnalyzedCrm } from '../agents/schema-analyst/analyze-profile.ts';
import { type CrmProfiles, crmProfiles } from '../agents/schema-analyst/crm-profile.ts';
import { type DataWords, dataWords } from '../agents/schema-analyst/describe-data.ts';
import { judgeAmount } from '../agents/schema-analyst/quality.ts';
import type { Answers } from '../agents/schema-analyst/questions.ts';
import type { SqlQuery, Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { holdTenant } from '../tenants/schedule.ts';
import type { Viewer } from './tenant-context.ts';

/** A CRM with what onboarding has to know of it. */
interface OnboardedCrm extends AnalyzedCrm {
  /** All of it has been copied once. */
  isLoaded: boolean;
}

/** Where a tenant's onboarding stands, as the database has it. */
export interface Onboarding {
  state: OnboardingState;
  selected: Category[];
  answers: Answers;
  /** null: not looked at yet, or nothing this version can read. */
  profiles: CrmProfiles | null;
  /** null: no model has described the data. */
  words: DataWords | null;
  /** Keys of all that was ever made from templates. */
  generated: string[];
  completedAt: Date | null;
  /** Those that are connected, the first connected first. */
  crms: OnboardedCrm[];
  mode: CrmMode;
}

interface Row {
  onboarding_state: string | null;
  selected_categories: unknown;
  refinement_answers: unknown;
  crm_profile: unknown;
  data_words: unknown;
  generated_templates: unknown;
  completed_at: Date | null;
  crms: {
    source: CrmSource;
    mode: CrmMode;
    loaded_at: string | null;
    is_loaded: boolean;
    are_products_copied: boolean;
    copied: Partial<Record<Entity, number>> | null;
    departments: number;
  }[];
}

/** Entities that the sync counts and that are judged. */
const COUNTED = ['leads', 'deals', 'activities', 'contacts', 'companies'] as const satisfies (Entity & ProfiledEntity)[];

/** What stands in the columns is another version's at worst: what cannot be read counts as not there. */
const columns = {
  state: onboardingState.catch('not_started'),
  selected: z.array(category).catch([]),
  answers: z.partialRecord(questionId, z.string()).catch({}),
  profiles: crmProfiles.nullable().catch(null),
  words: dataWords.nullable().catch(null),
  generated: z.array(z.string()).catch([]),
};

/** Where onboarding stands, in one statement; its one row goes to `toOnboarding`. */
function onboardingQuery(tenantId: string): SqlQuery {
  return {
    text: `select d.onboarding_state, d.selected_categories, d.refinement_answers, d.crm_profile, d.data_words,
  d.generated_templates, d.completed_at, c.crms
from (select $1::uuid as tenant_id) t
left join dashboard_configs d on d.tenant_id = t.tenant_id
cross join lateral (
  select coalesce(json_agg(json_build_object('source', crm_source, 'mode', mode, 'loaded_at', s.loaded_at,
    'is_loaded', coalesce(s.is_loaded, false), 'are_products_copied', p.are_copied, 'copied', s.copied,
    'departments', u.departments) order by created_at, crm_source), '[]') as crms
  from crm_connections c
  cross join lateral (
    select max(last_full_sync_at) as loaded_at, bool_and(last_full_sync_at is not null) as is_loaded,
      json_object_agg(entity, synced_records) as copied
    from crm_sync_status where tenant_id = $1 and crm_source = c.crm_source
  ) s
  cross join lateral (
    -- What is queued later are changes.
    select not exists (
      select from sync_rechecks
      where tenant_id = $1 and crm_source = c.crm_source and entity = 'dealProducts' and created_at <= s.loaded_at
    ) as are_copied
  ) p
  cross join lateral (
    select count(distinct nullif(department, ''))::int as departments
    from crm_users where tenant_id = $1 and crm_source = c.crm_source and active
  ) u
  where c.tenant_id = $1 and c.status <> 'uninstalled'
) c`,
    values: [tenantId],
  };
}

function toOnboarding(row: Row | undefined): Onboarding {
  const crms = (row?.crms ?? []).map(
    ({ source, mode, loaded_at, is_loaded, are_products_copied, copied, departments }): OnboardedCrm => ({
      crmSource: source,
      mode,
      loadedAt: loaded_at === null ? null : new Date(loaded_at),
      isLoaded: is_loaded,
      areProductsCopied: are_products_copied,
      copied: copied ?? {},
      departments,
    }),
  );
  return {
    state: columns.state.parse(row?.onboarding_state),
    selected: columns.selected.parse(row?.selected_categories),
    answers: columns.answers.parse(row?.refinement_answers),
    profiles: columns.profiles.parse(row?.crm_profile ?? null),
    words: columns.words.parse(row?.data_words ?? null),
    generated: columns.generated.parse(row?.generated_templates),
    completedAt: row?.completed_at ?? null,
    crms,
    mode: crms.length > 0 && crms.every(({ mode }) => mode === 'simple') ? 'simple' : 'classic',
  };
}

export async function readOnboarding(tx: Tx, tenantId: string): Promise<Onboarding> {
  const [row] = await tx.query<Row>(onboardingQuery(tenantId));
  return toOnboarding(row);
}

/** The same, and nobody else changes it before the transaction ends: every step begins here. */
export async function holdOnboarding(tx: Tx, tenantId: string): Promise<Onboarding> {
  await holdTenant(tx, tenantId);
  await tx.query({
    text: 'insert into dashboard_configs (tenant_id) values ($1) on conflict (tenant_id) do nothing',
    values: [tenantId],
  });
  return readOnboarding(tx, tenantId);
}

/** Writes down where a held onboarding stands now. */
export async function saveOnboarding(
  tx: Tx,
  tenantId: string,
  { state, selected, answers, profiles, words, generated }: Onboarding,
): Promise<void> {
  await Promise.all([
    tx.query({
      text: `update dashboard_configs set onboarding_state = $2, selected_categories = $3, refinement_answers = $4,
               crm_profile = $5, data_words = $6, generated_templates = $7
             where tenant_id = $1`,
      values: [
        tenantId,
        state,
        ...[selected, answers].map((value) => JSON.stringify(value)),
        profiles && JSON.stringify(profiles),
        words && JSON.stringify(words),
        JSON.stringify(generated),
      ],
    }),
    announceTenant(tx, tenantId),
  ]);
}

/** Whoever looks on behalf of the tenant: nobody, in its own language. */
export function viewerOf({ crms }: Onboarding, tenantId: string): Viewer {
  return { tenantId, crmSource: crms[0]?.crmSource ?? 'bitrix24', userId: '' };
}

/** All that is connected has been copied once. */
export function isLoaded({ crms }: Onboarding): boolean {
  return crms.length > 0 && crms.every((crm) => crm.isLoaded);
}

/**
 * Whether what is copied has been looked at: since it was last loaded as a whole, since the products of its deals were copied,
 * and with about as many records as there are now. About: no entity has come to be judged as none, few, enough or many records
 * since. More than that cannot be told without reading them, and less would have all looked at again with every sync.
 */
export function isAnalyzed({ crms, profiles }: Onboarding): boolean {
  return crms.every(({ crmSource, isLoaded: isCopied, loadedAt, areProductsCopied, copied }) => {
    const profile = profiles?.[crmSource];
    if (!isCopied) return true;
    if (profile?.loadedAt !== loadedAt?.toISOString() || (areProductsCopied && !profile?.areProductsCopied)) return false;
    return COUNTED.every((entity) => judgeAmount(profile?.copied[entity] ?? 0) === judgeAmount(copied[entity] ?? 0));
  });
}
