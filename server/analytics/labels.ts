/** Languages LeadRelay speaks. */
export type Locale = 'en' | 'ru' | 'uz';

/** The language for a BCP 47 tag or a CRM's language code; English where it is not one of ours. */
export function pickLocale(tag: string | null | undefined): Locale {
  const language = tag?.slice(0, 2).toLowerCase();
  return language === 'ru' || language === 'uz' ? language : 'en';
}

/** What is said where there is no value (or no person), and of the categories beyond a chart's limit. */
export const GAP_LABELS: Record<'notSet' | 'unassigned' | 'others', Record<Locale, string>> = {
  notSet: { en: 'Not set', ru: 'Не указано', uz: 'Ko‘rsatilmagan' },
  unassigned: { en: 'Unassigned', ru: 'Не назначен', uz: 'Biriktirilmagan' },
  others: { en: 'All others', ru: 'Остальные', uz: 'Qolganlari' },
};

/** Codes that LeadRelay itself gives to records, whatever the CRM. */
export const CODE_LABELS = new Map<string, Record<Locale, string>>([
  ['type:call', { en: 'Call', ru: 'Звонок', uz: 'Qo‘ng‘iroq' }],
  ['type:email', { en: 'E-mail', ru: 'Письмо', uz: 'Elektron xat' }],
  ['type:meeting', { en: 'Meeting', ru: 'Встреча', uz: 'Uchrashuv' }],
  ['type:task', { en: 'Task', ru: 'Задача', uz: 'Vazifa' }],
  ['type:other', { en: 'Other', ru: 'Другое', uz: 'Boshqa' }],
  ['direction:in', { en: 'Incoming', ru: 'Входящие', uz: 'Kiruvchi' }],
  ['direction:out', { en: 'Outgoing', ru: 'Исходящие', uz: 'Chiquvchi' }],
  ['outcome:open', { en: 'Open', ru: 'В работе', uz: 'Ochiq' }],
  ['outcome:won', { en: 'Won', ru: 'Успех', uz: 'Yutilgan' }],
  ['outcome:lost', { en: 'Lost', ru: 'Провал', uz: 'Yo‘qotilgan' }],
  ['completed:true', { en: 'Completed', ru: 'Завершено', uz: 'Bajarilgan' }],
  ['completed:false', { en: 'Not completed', ru: 'Не завершено', uz: 'Bajarilmagan' }],
  ['active:true', { en: 'Has access', ru: 'Есть доступ', uz: 'Kirish huquqi bor' }],
  ['active:false', { en: 'Has left', ru: 'Нет доступа', uz: 'Kirish huquqi yo‘q' }],
  ['boolean:true', { en: 'Yes', ru: 'Да', uz: 'Ha' }],
  ['boolean:false', { en: 'No', ru: 'Нет', uz: 'Yo‘q' }],
  ['entity:leads', { en: 'Leads', ru: 'Лиды', uz: 'Lidlar' }],
  ['entity:deals', { en: 'Deals', ru: 'Сделки', uz: 'Bitimlar' }],
  ['country:other', { en: 'Other or unknown', ru: 'Другая или неизвестна', uz: 'Boshqa yoki noma’lum' }],
  ['crm:bitrix24', { en: 'Bitrix24', ru: 'Битрикс24', uz: 'Bitrix24' }],
  ['crm:hubspot', { en: 'HubSpot', ru: 'HubSpot', uz: 'HubSpot' }],
  ['crm:zoho', { en: 'Zoho', ru: 'Zoho', uz: 'Zoho' }],
  ['crm:freshsales', { en: 'Freshsales', ru: 'Freshsales', uz: 'Freshsales' }],
]);
