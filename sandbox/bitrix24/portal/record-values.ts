import type { World, WorldStatus } from '../../world/types.ts';
import { type Content, type Html, html } from './html.ts';
import { avatar } from './layout.ts';
import { fullName, type PageContext } from './page-context.ts';

/** Turns the values of records into what people read, in the portal's language and its office's time. */
export interface RecordValues {
  date(unixSeconds: number): string;
  day(unixSeconds: number): string;
  money(amount: string, currencyId: string | null): string;
  stage(entityId: string, statusId: string): Content;
  statusName(entityId: string, statusId: string | null): string;
  person(userId: number): Content;
  link(kind: 'lead' | 'contact' | 'company', id: number): Content;
  custom(entity: 'leads' | 'deals' | 'contacts' | 'companies', values: Record<string, unknown>): [string, Content][];
}

export function createRecordValues({ portal, t }: PageContext): RecordValues {
  const { world, language } = portal;
  const statuses = new Map(world.statuses.map((status) => [`${status.entityId} ${status.statusId}`, status]));
  const users = new Map(world.users.map((user) => [user.id, user]));
  const date = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: world.timezone } as const;
  const dateTime = new Intl.DateTimeFormat(language, { ...date, hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(language, date);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });

  return {
    date: (unixSeconds) => (unixSeconds === 0 ? '' : unbroken(dateTime.format(unixSeconds * 1000))),
    day: (unixSeconds) => (unixSeconds === 0 ? '' : unbroken(day.format(unixSeconds * 1000))),
    money: (amount, currencyId) => unbroken(`${number.format(Number(amount))} ${currencyId ?? ''}`.trim()),
    stage: (entityId, statusId) => stageChip(statuses.get(`${entityId} ${statusId}`), statusId),
    statusName: (entityId, statusId) => (statusId === null ? '' : (statuses.get(`${entityId} ${statusId}`)?.name ?? statusId)),
    person: (userId) => {
      const user = users.get(userId);
      return user
        ? html`<a class="person" href="/company/personal/user/${user.id}/">${avatar(fullName(user))}${fullName(user)}</a>`
        : null;
    },
    link: (kind, id) => {
      const name = id === 0 ? undefined : recordName(world, kind, id);
      return name === undefined ? null : html`<a href="/crm/${kind}/details/${id}/">${name}</a>`;
    },
    custom: (entity, values) =>
      world.customFields
        .filter((field) => field.entity === entity)
        .map((field): [string, Content] => {
          const names = new Map(field.items.map((item) => [item.id, item.value]));
          const value = values[field.code];
          const shown = (Array.isArray(value) ? value : [value]).map((one: unknown) => {
            if (one === true) return t('yes');
            if (one === false) return t('no');
            if (one === null || one === undefined) return '';
            return typeof one === 'number' ? (names.get(one) ?? number.format(one)) : String(one);
          });
          return [field.label, shown.join(', ')];
        }),
  };
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** Title of a record as lists and dialogs show it; undefined when there is none. */
export function recordName(world: World, kind: 'lead' | 'deal' | 'contact' | 'company', id: number): string | undefined {
  if (kind === 'contact') {
    const contact = world.contacts.get(id);
    return contact && fullName(contact);
  }
  const tables = { lead: world.leads, deal: world.deals, company: world.companies };
  return tables[kind].get(id)?.title;
}

/** Where the names of a deal's stages are kept: each pipeline but the general one has its own list. */
export function dealStageList(categoryId: number): string {
  return categoryId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`;
}

function stageChip(status: WorldStatus | undefined, statusId: string): Html {
  const colour = status?.color ?? '#a8adb4';
  return html`<span class="stage" style="--stage: ${/^#[0-9a-f]{3,8}$/i.test(colour) ? colour : '#a8adb4'}">${status?.name ?? statusId}</span>`;
}
