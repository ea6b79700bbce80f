import { Decimal } from 'decimal.js';
import type { WorldCurrency, WorldStatus } from '../../world/types.ts';
import { toDecimal, toText } from './canonical.ts';
import { compareIds, type ExpectedRow } from './expected-row.ts';
import { type PortalFacts, SEMANTICS } from './records.ts';

/** Places of crm_currencies.rate. */
const RATE_PLACES = 10;
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

export function userRows({ world: { users, departments } }: PortalFacts): ExpectedRow[] {
  const names = new Map(departments.map(({ id, name }) => [id, name]));
  return inOrder(
    users.map((user) => ({
      externalId: String(user.id),
      columns: {
        name: [user.name, user.lastName].filter(Boolean).join(' ') || user.email || `#${user.id}`,
        email: toText(user.email),
        department: toText(names.get(user.departmentIds[0] ?? 0) ?? null),
        active: String(user.active),
      },
      modifiedAt: null,
      // The scope user_brief does not show it.
      nullable: ['email'],
    })),
  );
}

/** Stages of leads, stages of deals by pipeline, and sources; the CRM's other lists are not copied. */
export function statusRows({ world }: PortalFacts): ExpectedRow[] {
  return inOrder(
    world.statuses.flatMap((status) => {
      const owner = ownerOf(status);
      if (!owner) return [];
      return {
        externalId: `${owner.entity}:${owner.pipeline}:${status.statusId}`,
        columns: {
          label: status.name || status.statusId,
          semantic: owner.entity === 'sources' || owner.entity === 'industries' ? null : SEMANTICS[status.semantic ?? 'P'],
          sort: String(status.sort),
          color: toText(status.color),
        },
        modifiedAt: null,
      };
    }),
  );
}

function ownerOf({ entityId }: WorldStatus): { entity: string; pipeline: string } | null {
  if (entityId === 'STATUS') return { entity: 'leads', pipeline: '' };
  if (entityId === 'SOURCE') return { entity: 'sources', pipeline: '' };
  if (entityId === 'INDUSTRY') return { entity: 'industries', pipeline: '' };
  if (entityId === 'DEAL_STAGE') return { entity: 'deals', pipeline: '0' };
  const pipeline = /^DEAL_STAGE_(\d+)$/.exec(entityId)?.[1];
  return pipeline === undefined ? null : { entity: 'deals', pipeline };
}

export function pipelineRows({ world }: PortalFacts): ExpectedRow[] {
  return inOrder(
    world.pipelines.map(({ id, name, sort, isDefault }) => ({
      externalId: String(id),
      columns: { name, sort: String(sort), is_default: String(isDefault) },
      modifiedAt: null,
    })),
  );
}

export function currencyRows({ world }: PortalFacts): ExpectedRow[] {
  return inOrder(
    world.currencies.map((currency) => ({
      externalId: currency.code.toUpperCase(),
      columns: { rate: toRate(currency), is_base: String(currency.isBase), name: currency.name },
      modifiedAt: null,
    })),
  );
}

/** Units of the base currency for one of this. */
function toRate({ amount, amountCount, isBase }: WorldCurrency): string {
  return isBase ? '1' : toDecimal(new Exact(amount).div(amountCount).toFixed(RATE_PLACES));
}

export function productRows({ world }: PortalFacts): ExpectedRow[] {
  return inOrder(
    world.products.map(({ id, name, price, currencyId, active }) => ({
      externalId: String(id),
      columns: { name, price: toDecimal(price), currency: toText(currencyId.toUpperCase()), active: String(active) },
      modifiedAt: null,
    })),
  );
}

function inOrder(rows: ExpectedRow[]): ExpectedRow[] {
  return rows.sort((left, right) => compareIds(left.externalId, right.externalId));
}
