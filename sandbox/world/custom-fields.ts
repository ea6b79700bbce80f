import { localDate } from './calendar.ts';
import { hash, pick } from './random.ts';
import type { WorldCustomField } from './types.ts';

const LEAD = {
  landing: 'UF_CRM_1651740001',
  budget: 'UF_CRM_1651740002',
  consent: 'UF_CRM_1651740003',
  city: 'UF_CRM_1651740004',
  callOn: 'UF_CRM_1651740005',
  interests: 'UF_CRM_1651740006',
};
const DEAL = {
  contract: 'UF_CRM_1653120001',
  discount: 'UF_CRM_1653120002',
  prepaid: 'UF_CRM_1653120003',
  lossReason: 'UF_CRM_1653120004',
  contractDate: 'UF_CRM_1653120005',
};

const CONTACT = { telegram: 'UF_CRM_1652270001', language: 'UF_CRM_1652270002' };
const COMPANY = { taxNumber: 'UF_CRM_1652880001', services: 'UF_CRM_1652880002' };

const items = (first: number, values: string[]) => values.map((value, index) => ({ id: first + 2 * index, value }));
const CITIES = items(41, ['Toshkent', 'Самарканд', 'Buxoro', 'Андижан', 'Namangan', 'Фарғона', 'Nukus', 'Boshqa']);
const INTERESTS = items(61, ['Internet', 'IPTV', 'Телефония', 'Videokuzatuv']);
const SERVICES = items(121, ['Internet', 'Телефония', 'Videokuzatuv', 'Хостинг']);
const LOSS_REASONS = items(81, ['Дорого', 'Raqobatchini tanladi', 'Нет технической возможности', 'Javob bermadi', 'Передумал']);

const LANGUAGES = items(101, ['O‘zbekcha', 'Русский', 'English']);

const field = (
  entity: 'leads' | 'deals' | 'contacts' | 'companies',
  code: string,
  label: string,
  type: WorldCustomField['type'],
  list: { items?: WorldCustomField['items']; multiple?: boolean } = {},
): WorldCustomField => ({ entity, code, label, type, multiple: list.multiple ?? false, items: list.items ?? [] });

export const CUSTOM_FIELDS: WorldCustomField[] = [
  field('leads', LEAD.landing, 'Landing page', 'string'),
  field('leads', LEAD.budget, 'Бюджет в месяц', 'double'),
  field('leads', LEAD.consent, 'Telegramga rozilik', 'boolean'),
  field('leads', LEAD.city, 'Шаҳар', 'enumeration', { items: CITIES }),
  field('leads', LEAD.callOn, 'Перезвонить', 'date'),
  field('leads', LEAD.interests, 'Qiziqishlari', 'enumeration', { items: INTERESTS, multiple: true }),
  field('deals', DEAL.contract, 'Номер договора', 'string'),
  field('deals', DEAL.discount, 'Chegirma, %', 'double'),
  field('deals', DEAL.prepaid, 'Предоплата', 'boolean'),
  field('deals', DEAL.lossReason, 'Причина отказа', 'enumeration', { items: LOSS_REASONS }),
  field('deals', DEAL.contractDate, 'Shartnoma sanasi', 'date'),
  field('contacts', CONTACT.telegram, 'Telegram', 'string'),
  field('contacts', CONTACT.language, 'Язык общения', 'enumeration', { items: LANGUAGES }),
  field('companies', COMPANY.taxNumber, 'STIR / ИНН', 'string'),
  field('companies', COMPANY.services, 'Xizmatlar', 'enumeration', { items: SERVICES, multiple: true }),
];

const LANDINGS = ['/', '/home', '/tv', '/business', '/aksiya-100', '/ru/skidka'];

export function leadFields(key: number, createdAt: number): Record<string, unknown> {
  const draw = (salt: number) => hash(key, 0x1ead, salt);
  const percent = (salt: number) => draw(salt) % 100;
  return {
    [LEAD.landing]: percent(1) < 40 ? pick(LANDINGS, draw(2)) : null,
    [LEAD.budget]: percent(3) < 30 ? 50_000 + (draw(4) % 400) * 1000 + 0.5 * (draw(4) % 2) : null,
    [LEAD.consent]: percent(5) < 10 ? null : percent(5) < 60,
    [LEAD.city]: percent(6) < 75 ? pick(CITIES, draw(7)).id : null,
    [LEAD.callOn]: percent(8) < 12 ? localDate(createdAt + (draw(9) % 20) * 86_400) : null,
    [LEAD.interests]: INTERESTS.filter((_, index) => (draw(10) >>> index) % 2 === 1 && percent(11) < 70).map(({ id }) => id),
  };
}

export function dealFields(key: number, createdAt: number, semantic: 'P' | 'S' | 'F'): Record<string, unknown> {
  const draw = (salt: number) => hash(key, 0xdea1, salt);
  const percent = (salt: number) => draw(salt) % 100;
  const signed = semantic === 'S';
  return {
    [DEAL.contract]: signed
      ? `ST-${new Date(createdAt * 1000).getUTCFullYear()}/${String(draw(1) % 10_000).padStart(4, '0')}`
      : null,
    [DEAL.discount]: percent(2) < 25 ? pick([2.5, 5, 7.5, 10, 15], draw(3)) : null,
    [DEAL.prepaid]: percent(4) < 35,
    [DEAL.lossReason]: semantic === 'F' && percent(5) < 80 ? pick(LOSS_REASONS, draw(6)).id : null,
    [DEAL.contractDate]: signed ? localDate(createdAt + (draw(7) % 10) * 86_400) : null,
  };
}

export function contactFields(key: number): Record<string, unknown> {
  const draw = (salt: number) => hash(key, 0xc027, salt);
  return {
    [CONTACT.telegram]: draw(1) % 100 < 35 ? `@user${draw(2) % 1_000_000}` : null,
    [CONTACT.language]: draw(3) % 100 < 60 ? pick(LANGUAGES, draw(4)).id : null,
  };
}

export function companyFields(key: number): Record<string, unknown> {
  const draw = (salt: number) => hash(key, 0xc0f1, salt);
  return {
    [COMPANY.taxNumber]: draw(1) % 100 < 85 ? String(200_000_000 + (draw(2) % 110_000_000)) : null,
    [COMPANY.services]: SERVICES.filter((_, index) => (draw(3) >>> index) % 2 === 1).map(({ id }) => id),
  };
}
