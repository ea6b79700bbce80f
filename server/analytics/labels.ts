/** Languages LeadRelay speaks. */
export const LOCALES = ['en', 'ru', 'uz', 'kk', 'uk', 'tr'] as const;
export type Locale = (typeof LOCALES)[number];

/** One text in each of them. */
export function texts(en: string, ru: string, uz: string, kk: string, uk: string, tr: string): Record<Locale, string> {
  return { en, ru, uz, kk, uk, tr };
}

/** Those it understands questions in. */
export type AskingLocale = 'en' | 'ru' | 'uz';

/** The language for a BCP 47 tag or a CRM's language code; English where it is not one of ours. */
export function pickLocale(tag: string | null | undefined): Locale {
  const language = tag?.toLowerCase().split(/[-_]/)[0];
  return LOCALES.find((locale) => locale === language) ?? 'en';
}

/** What is said where there is no value (or no person), and of the categories beyond a chart's limit. */
export const GAP_LABELS: Record<'notSet' | 'unassigned' | 'others', Record<Locale, string>> = {
  notSet: { en: 'Not set', ru: 'Не указано', uz: 'Ko‘rsatilmagan', kk: 'Көрсетілмеген', uk: 'Не вказано', tr: 'Belirtilmemiş' },
  unassigned: {
    en: 'Unassigned',
    ru: 'Не назначен',
    uz: 'Biriktirilmagan',
    kk: 'Тағайындалмаған',
    uk: 'Не призначено',
    tr: 'Atanmamış',
  },
  others: { en: 'All others', ru: 'Остальные', uz: 'Qolganlari', kk: 'Қалғандары', uk: 'Інші', tr: 'Diğerleri' },
};

/** Codes that LeadRelay itself gives to records, whatever the CRM. */
export const CODE_LABELS = new Map<string, Record<Locale, string>>([
  ['type:call', { en: 'Call', ru: 'Звонок', uz: 'Qo‘ng‘iroq', kk: 'Қоңырау', uk: 'Дзвінок', tr: 'Arama' }],
  ['type:email', { en: 'E-mail', ru: 'Письмо', uz: 'Elektron xat', kk: 'Хат', uk: 'Лист', tr: 'E-posta' }],
  ['type:meeting', { en: 'Meeting', ru: 'Встреча', uz: 'Uchrashuv', kk: 'Кездесу', uk: 'Зустріч', tr: 'Toplantı' }],
  ['type:task', { en: 'Task', ru: 'Задача', uz: 'Vazifa', kk: 'Тапсырма', uk: 'Завдання', tr: 'Görev' }],
  ['type:other', { en: 'Other', ru: 'Другое', uz: 'Boshqa', kk: 'Басқа', uk: 'Інше', tr: 'Diğer' }],
  ['direction:in', { en: 'Incoming', ru: 'Входящие', uz: 'Kiruvchi', kk: 'Кіріс', uk: 'Вхідні', tr: 'Gelen' }],
  ['direction:out', { en: 'Outgoing', ru: 'Исходящие', uz: 'Chiquvchi', kk: 'Шығыс', uk: 'Вихідні', tr: 'Giden' }],
  ['outcome:open', { en: 'Open', ru: 'В работе', uz: 'Ochiq', kk: 'Жұмыста', uk: 'У роботі', tr: 'Açık' }],
  ['outcome:won', { en: 'Won', ru: 'Успех', uz: 'Yutilgan', kk: 'Сәтті', uk: 'Успіх', tr: 'Kazanıldı' }],
  ['outcome:lost', { en: 'Lost', ru: 'Провал', uz: 'Yo‘qotilgan', kk: 'Сәтсіз', uk: 'Провал', tr: 'Kaybedildi' }],
  ['completed:true', { en: 'Completed', ru: 'Завершено', uz: 'Bajarilgan', kk: 'Аяқталған', uk: 'Завершено', tr: 'Tamamlandı' }],
  [
    'completed:false',
    { en: 'Not completed', ru: 'Не завершено', uz: 'Bajarilmagan', kk: 'Аяқталмаған', uk: 'Не завершено', tr: 'Tamamlanmadı' },
  ],
  [
    'active:true',
    { en: 'Has access', ru: 'Есть доступ', uz: 'Kirish huquqi bor', kk: 'Қолжетімді', uk: 'Має доступ', tr: 'Erişimi var' },
  ],
  [
    'active:false',
    { en: 'Has left', ru: 'Нет доступа', uz: 'Kirish huquqi yo‘q', kk: 'Қолжетімсіз', uk: 'Немає доступу', tr: 'Erişimi yok' },
  ],
  [
    'businessHours:within',
    {
      en: 'In business hours',
      ru: 'В рабочее время',
      uz: 'Ish vaqtida',
      kk: 'Жұмыс уақытында',
      uk: 'У робочий час',
      tr: 'Mesai içinde',
    },
  ],
  [
    'businessHours:outside',
    {
      en: 'Outside business hours',
      ru: 'В нерабочее время',
      uz: 'Ish vaqtidan tashqari',
      kk: 'Жұмыс уақытынан тыс',
      uk: 'У неробочий час',
      tr: 'Mesai dışında',
    },
  ],
  ['boolean:true', { en: 'Yes', ru: 'Да', uz: 'Ha', kk: 'Иә', uk: 'Так', tr: 'Evet' }],
  ['boolean:false', { en: 'No', ru: 'Нет', uz: 'Yo‘q', kk: 'Жоқ', uk: 'Ні', tr: 'Hayır' }],
  ['entity:leads', { en: 'Leads', ru: 'Лиды', uz: 'Lidlar', kk: 'Лидтер', uk: 'Ліди', tr: 'Müşteri adayları' }],
  ['entity:deals', { en: 'Deals', ru: 'Сделки', uz: 'Bitimlar', kk: 'Мәмілелер', uk: 'Угоди', tr: 'Anlaşmalar' }],
  [
    'country:other',
    {
      en: 'Other or unknown',
      ru: 'Другая или неизвестна',
      uz: 'Boshqa yoki noma’lum',
      kk: 'Басқа немесе белгісіз',
      uk: 'Інша або невідома',
      tr: 'Diğer veya bilinmiyor',
    },
  ],
  ['crm:bitrix24', { en: 'Bitrix24', ru: 'Битрикс24', uz: 'Bitrix24', kk: 'Битрикс24', uk: 'Бітрікс24', tr: 'Bitrix24' }],
  ['crm:hubspot', { en: 'HubSpot', ru: 'HubSpot', uz: 'HubSpot', kk: 'HubSpot', uk: 'HubSpot', tr: 'HubSpot' }],
  ['crm:zoho', { en: 'Zoho', ru: 'Zoho', uz: 'Zoho', kk: 'Zoho', uk: 'Zoho', tr: 'Zoho' }],
  [
    'crm:freshsales',
    { en: 'Freshsales', ru: 'Freshsales', uz: 'Freshsales', kk: 'Freshsales', uk: 'Freshsales', tr: 'Freshsales' },
  ],
]);
