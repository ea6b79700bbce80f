/*
 * What Bitrix24 is told about LeadRelay: permissions, where it is shown, what it is told of. The installer registers from
 * this file; the vendor's card is filled in from it by hand. A test holds it against the routes.
 */

/** Paths of the card's addresses, below PUBLIC_URL. */
export const PATHS = {
  application: '/bitrix24/app',
  installer: '/bitrix24/install',
  events: '/bitrix24/events',
} as const;

/** Only what this version reads: one that is not used is a reason for moderation to refuse. */
export const SCOPES = ['crm', 'placement', 'user_brief', 'department'] as const;

/**
 * The languages LeadRelay speaks, each with the code that a portal has for it: for Kazakh and Ukrainian that is the country's.
 * No portal in the cloud speaks Uzbek; whoever wants it chooses it in the settings.
 * Source: B24LangList of @bitrix24/b24jssdk
 */
export const PORTAL_LANGUAGES = { en: 'en', ru: 'ru', uz: 'uz', kk: 'kz', uk: 'ua', tr: 'tr' } as const;
type Language = keyof typeof PORTAL_LANGUAGES;

type Texts = Readonly<Record<Language, { title: string; description: string }>>;

export interface PlacementEntry {
  code: string;
  /** Record behind a card's tab; null where the whole dashboard is shown. */
  entity: 'leads' | 'deals' | 'contacts' | 'companies' | null;
  texts: Texts;
}

const DASHBOARD: Texts = {
  en: { title: 'LeadRelay', description: 'What your sales team should do next, from the data in your CRM' },
  ru: { title: 'LeadRelay', description: 'Что делать отделу продаж дальше — по данным вашей CRM' },
  uz: { title: 'LeadRelay', description: "CRM ma'lumotlaringiz asosida sotuv jamoasi endi nima qilishi kerakligi" },
  kk: { title: 'LeadRelay', description: 'CRM деректеріңіз бойынша сату бөліміне әрі қарай не істеу керек' },
  uk: { title: 'LeadRelay', description: 'Що робити відділу продажів далі — за даними вашої CRM' },
  tr: { title: 'LeadRelay', description: 'CRM’inizdeki verilere göre satış ekibinizin sıradaki adımı' },
};

const RECORD: Texts = {
  en: { title: 'LeadRelay', description: 'This record beside the numbers of your team' },
  ru: { title: 'LeadRelay', description: 'Эта запись рядом с показателями вашей команды' },
  uz: { title: 'LeadRelay', description: "Bu yozuv jamoangiz ko'rsatkichlari yonida" },
  kk: { title: 'LeadRelay', description: 'Бұл жазба командаңыздың көрсеткіштерімен қатар' },
  uk: { title: 'LeadRelay', description: 'Цей запис поруч із показниками вашої команди' },
  tr: { title: 'LeadRelay', description: 'Bu kayıt, ekibinizin rakamlarının yanında' },
};

export const PLACEMENTS: readonly PlacementEntry[] = [
  { code: 'LEFT_MENU', entity: null, texts: DASHBOARD },
  { code: 'CRM_ANALYTICS_MENU', entity: null, texts: DASHBOARD },
  { code: 'CRM_LEAD_DETAIL_TAB', entity: 'leads', texts: RECORD },
  { code: 'CRM_DEAL_DETAIL_TAB', entity: 'deals', texts: RECORD },
  { code: 'CRM_CONTACT_DETAIL_TAB', entity: 'contacts', texts: RECORD },
  { code: 'CRM_COMPANY_DETAIL_TAB', entity: 'companies', texts: RECORD },
];

/**
 * Events that LeadRelay subscribes to. ONAPPINSTALL and ONAPPUNINSTALL come to the events address by themselves. A deal's
 * move to another pipeline is an event of its own: no update is sent for it.
 */
export const EVENTS: readonly string[] = [
  'ONAPPUPDATE',
  ...['LEAD', 'DEAL', 'CONTACT', 'COMPANY', 'ACTIVITY'].flatMap((type) =>
    ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${type}${change}`),
  ),
  'ONCRMDEALMOVETOCATEGORY',
];

/**
 * Events that the portal also keeps in a queue until we read it. An event that reaches nobody is not sent again, and a deletion
 * leaves no other trace; every other change is found by its time.
 */
export const OFFLINE_EVENTS: readonly string[] = EVENTS.filter((code) => code.endsWith('DELETE'));
