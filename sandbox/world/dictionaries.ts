import type { WorldCurrency, WorldPipeline, WorldProduct, WorldStatus } from './types.ts';

interface Stage {
  categoryId: number;
  stageId: string;
  name: string;
  semantic: 'P' | 'S' | 'F';
  color: string;
}

const stagesOf = (categoryId: number, rows: readonly (readonly [string, string, 'P' | 'S' | 'F', string])[]): Stage[] =>
  rows.map(([code, name, semantic, color]) => ({
    categoryId,
    stageId: categoryId === 0 ? code : `C${categoryId}:${code}`,
    name,
    semantic,
    color,
  }));

export const LEAD_STAGES = stagesOf(0, [
  ['NEW', 'Unassigned', 'P', '#39A8EF'],
  ['IN_PROCESS', 'In progress', 'P', '#2FC6F6'],
  ['UC_CALLBK', 'Qayta qo‘ng‘iroq', 'P', '#55D0E0'],
  ['PROCESSED', 'Processed', 'P', '#47E4C2'],
  ['CONVERTED', 'Good lead', 'S', '#7BD500'],
  ['JUNK', 'Junk lead', 'F', '#FF5752'],
]);

/** Indexes into LEAD_STAGES. */
export const LEAD = { new: 0, inProcess: 1, callBack: 2, processed: 3, converted: 4, junk: 5 } as const;

export const GENERAL = 0;
export const CORPORATE = 3;
export const RENEWALS = 5;

export const PIPELINES: WorldPipeline[] = [
  { id: GENERAL, name: 'General', sort: 100, isDefault: true },
  { id: CORPORATE, name: 'Корпоративные клиенты', sort: 200, isDefault: false },
  { id: RENEWALS, name: 'Shartnomani uzaytirish', sort: 300, isDefault: false },
];

/** Stages of all pipelines; those of one stand together, open ones first in their order, then won, then lost. */
export const DEAL_STAGES = [
  ...stagesOf(GENERAL, [
    ['NEW', 'New', 'P', '#39A8EF'],
    ['PREPARATION', 'Prepare documents', 'P', '#2FC6F6'],
    ['PREPAYMENT_INVOICE', 'Prepayment invoice', 'P', '#55D0E0'],
    ['EXECUTING', 'In progress', 'P', '#47E4C2'],
    ['FINAL_INVOICE', 'Final invoice', 'P', '#FFA900'],
    ['WON', 'Deal won', 'S', '#7BD500'],
    ['LOSE', 'Deal lost', 'F', '#FF5752'],
    ['APOLOGY', 'Analyze failure', 'F', '#FF5752'],
  ]),
  ...stagesOf(CORPORATE, [
    ['NEW', 'Новый запрос', 'P', '#39A8EF'],
    ['PREPARATION', 'Подготовка КП', 'P', '#2FC6F6'],
    ['UC_SURVEY', 'Выезд на объект', 'P', '#55D0E0'],
    ['UC_NEGOTN', 'Согласование договора', 'P', '#47E4C2'],
    ['EXECUTING', 'Подключение', 'P', '#FFA900'],
    ['WON', 'Подключён', 'S', '#7BD500'],
    ['LOSE', 'Отказ', 'F', '#FF5752'],
  ]),
  ...stagesOf(RENEWALS, [
    ['NEW', 'Muddati yaqin', 'P', '#39A8EF'],
    ['UC_OFFER1', 'Taklif yuborildi', 'P', '#2FC6F6'],
    ['FINAL_INVOICE', 'To‘lov kutilmoqda', 'P', '#FFA900'],
    ['WON', 'Uzaytirildi', 'S', '#7BD500'],
    ['LOSE', 'Ketib qoldi', 'F', '#FF5752'],
  ]),
];

interface Source {
  statusId: string;
  name: string;
  /** Share of enquiries. */
  weight: number;
  /** How good its enquiries are on average, 0…1. */
  quality: number;
}
export const SOURCES: Source[] = [
  { statusId: 'CALL', name: 'Call', weight: 26, quality: 0.56 },
  { statusId: 'EMAIL', name: 'E-mail', weight: 5, quality: 0.42 },
  { statusId: 'WEB', name: 'Website', weight: 17, quality: 0.48 },
  { statusId: 'ADVERTISING', name: 'Advertising', weight: 19, quality: 0.28 },
  { statusId: 'PARTNER', name: 'Existing client', weight: 5, quality: 0.62 },
  { statusId: 'RECOMMENDATION', name: 'Recommendation', weight: 6, quality: 0.72 },
  { statusId: 'TRADE_SHOW', name: 'Trade show', weight: 1, quality: 0.5 },
  { statusId: 'WEBFORM', name: 'CRM form', weight: 8, quality: 0.46 },
  { statusId: 'CALLBACK', name: 'Callback', weight: 4, quality: 0.55 },
  { statusId: 'STORE', name: 'Online store', weight: 2, quality: 0.5 },
  { statusId: 'OTHER', name: 'Other', weight: 2, quality: 0.3 },
  { statusId: 'UC_TELEGRAM', name: 'Телеграм-бот', weight: 10, quality: 0.42 },
];

export const INDUSTRIES = [
  'IT',
  'TELECOM',
  'MANUFACTURING',
  'BANKING',
  'CONSULTING',
  'FINANCE',
  'DELIVERY',
  'NOTPROFIT',
  'OTHER',
];
export const EMPLOYEES = ['EMPLOYEES_1', 'EMPLOYEES_2', 'EMPLOYEES_3', 'EMPLOYEES_4'];

const INDUSTRY_NAMES = [
  'Information technology',
  'Telecommunication',
  'Manufacturing',
  'Banking services',
  'Consulting',
  'Finance',
  'Delivery',
  'Non-profit',
  'Other',
];
const EMPLOYEES_NAMES = ['less than 50', '50-250', '250-500', 'over 500'];

export function listStatuses(): WorldStatus[] {
  const statuses: WorldStatus[] = [];
  const add = (entityId: string, status: Partial<WorldStatus> & { statusId: string; name: string }) => {
    const sort = 10 * (1 + statuses.filter((other) => other.entityId === entityId).length);
    const system = !status.statusId.includes('UC_');
    // Two numbers a status: portals delete statuses too.
    statuses.push({
      id: 2 * statuses.length + 1,
      entityId,
      sort,
      system,
      categoryId: null,
      color: null,
      semantic: null,
      ...status,
    });
  };
  for (const { stageId, name, semantic, color } of LEAD_STAGES) add('STATUS', { statusId: stageId, name, semantic, color });
  for (const { stageId, name, semantic, color, categoryId } of DEAL_STAGES) {
    const entityId = categoryId === GENERAL ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`;
    add(entityId, { statusId: stageId, name, semantic, color, categoryId });
  }
  for (const { statusId, name } of SOURCES) add('SOURCE', { statusId, name });
  add('DEAL_TYPE', { statusId: 'SALE', name: 'Sale' });
  add('DEAL_TYPE', { statusId: 'SERVICES', name: 'Services' });
  INDUSTRIES.forEach((statusId, index) => {
    add('INDUSTRY', { statusId, name: INDUSTRY_NAMES[index] ?? statusId });
  });
  EMPLOYEES.forEach((statusId, index) => {
    add('EMPLOYEES', { statusId, name: EMPLOYEES_NAMES[index] ?? statusId });
  });
  return statuses;
}

interface UsedCurrency {
  code: string;
  /** Share of amounts. */
  weight: number;
  /** What a typical home customer pays, in this currency, and what that is rounded to. */
  typical: number;
  step: number;
}
/** Not among the portal's currencies any more, so without a rate; now and then a deal still carries it. */
export const DELETED_CURRENCY = 'AED';
export const CURRENCIES_IN_USE: UsedCurrency[] = [
  { code: 'UZS', weight: 62, typical: 2_400_000, step: 1000 },
  { code: 'USD', weight: 25, typical: 190, step: 0.5 },
  { code: 'RUB', weight: 6, typical: 17_000, step: 10 },
  { code: 'EUR', weight: 4, typical: 170, step: 0.01 },
  { code: 'KZT', weight: 2, typical: 95_000, step: 100 },
  { code: DELETED_CURRENCY, weight: 0, typical: 700, step: 1 },
];

export const CURRENCIES: WorldCurrency[] = [
  { code: 'UZS', name: 'Uzbekistani som', amount: '1.0000', amountCount: 1, isBase: true },
  { code: 'USD', name: 'US Dollar', amount: '12650.5000', amountCount: 1, isBase: false },
  { code: 'EUR', name: 'Euro', amount: '13720.2500', amountCount: 1, isBase: false },
  { code: 'RUB', name: 'Российский рубль', amount: '15730.0000', amountCount: 100, isBase: false },
  { code: 'KZT', name: 'Теңге', amount: '2431.7000', amountCount: 100, isBase: false },
];

const product = (id: number, name: string, price: string, currencyId: string, active = true): WorldProduct => ({
  id,
  name,
  price,
  currencyId,
  active,
});
export const PRODUCTS: WorldProduct[] = [
  product(2, 'Home internet 100 Mbit/s', '159000.00', 'UZS'),
  product(3, 'Home internet 300 Mbit/s', '249000.00', 'UZS'),
  product(5, 'Uy interneti 500 Mbit/s', '329000.00', 'UZS'),
  product(6, 'IPTV «Оила»', '59000.00', 'UZS'),
  product(9, 'Виртуальная АТС', '49.00', 'USD'),
  product(10, 'Офис 200 Мбит/с', '890000.00', 'UZS'),
  product(11, 'Выделенный канал 1 Гбит/с', '950.00', 'USD'),
  product(14, 'Videokuzatuv to‘plami', '3200000.00', 'UZS'),
  product(15, 'Wi-Fi router AX3000', '640000.00', 'UZS'),
  product(18, 'ADSL 8 Mbit/s', '69000.00', 'UZS', false),
];
