import type { WorldLanguage } from './types.ts';

/** What a portal of another language is set up with. A name that is not here was given by the people of the call centre. */
const NAMES: Readonly<Record<string, Record<Exclude<WorldLanguage, 'en'>, string>>> = {
  Unassigned: { ru: 'Не обработан', uz: 'Ishlanmagan' },
  'In progress': { ru: 'В работе', uz: 'Ishda' },
  Processed: { ru: 'Обработан', uz: 'Ishlangan' },
  'Good lead': { ru: 'Качественный лид', uz: 'Sifatli lid' },
  'Junk lead': { ru: 'Некачественный лид', uz: 'Sifatsiz lid' },
  General: { ru: 'Общая', uz: 'Umumiy' },
  New: { ru: 'Новая', uz: 'Yangi' },
  'Prepare documents': { ru: 'Подготовка документов', uz: 'Hujjatlarni tayyorlash' },
  'Prepayment invoice': { ru: 'Счёт на предоплату', uz: 'Oldindan to‘lov' },
  'Final invoice': { ru: 'Финальный счёт', uz: 'Yakuniy to‘lov' },
  'Deal won': { ru: 'Сделка успешна', uz: 'Bitim yutildi' },
  'Deal lost': { ru: 'Сделка провалена', uz: 'Bitim yo‘qotildi' },
  'Analyze failure': { ru: 'Анализ причины провала', uz: 'Sababini tahlil qilish' },
  Call: { ru: 'Звонок', uz: 'Qo‘ng‘iroq' },
  'E-mail': { ru: 'Электронная почта', uz: 'Elektron pochta' },
  Website: { ru: 'Веб-сайт', uz: 'Veb-sayt' },
  Advertising: { ru: 'Реклама', uz: 'Reklama' },
  'Existing client': { ru: 'Существующий клиент', uz: 'Mavjud mijoz' },
  Recommendation: { ru: 'По рекомендации', uz: 'Tavsiya' },
  'Trade show': { ru: 'Выставка', uz: 'Ko‘rgazma' },
  'CRM form': { ru: 'CRM-форма', uz: 'CRM-forma' },
  Callback: { ru: 'Обратный звонок', uz: 'Teskari qo‘ng‘iroq' },
  'Online store': { ru: 'Интернет-магазин', uz: 'Internet-do‘kon' },
  Other: { ru: 'Другое', uz: 'Boshqa' },
  Sale: { ru: 'Продажа', uz: 'Sotuv' },
  Services: { ru: 'Услуги', uz: 'Xizmatlar' },
  'Information technology': { ru: 'Информационные технологии', uz: 'Axborot texnologiyalari' },
  Telecommunication: { ru: 'Телекоммуникации и связь', uz: 'Telekommunikatsiya' },
  Manufacturing: { ru: 'Производство', uz: 'Ishlab chiqarish' },
  'Banking services': { ru: 'Банковские услуги', uz: 'Bank xizmatlari' },
  Consulting: { ru: 'Консалтинг', uz: 'Konsalting' },
  Finance: { ru: 'Финансы', uz: 'Moliya' },
  Delivery: { ru: 'Доставка', uz: 'Yetkazib berish' },
  'Non-profit': { ru: 'Некоммерческая организация', uz: 'Notijorat tashkilot' },
  'less than 50': { ru: 'менее 50', uz: '50 dan kam' },
  'over 500': { ru: 'более 500', uz: '500 dan ko‘p' },
  'Uzbekistani som': { ru: 'Узбекский сум', uz: 'O‘zbek so‘mi' },
  'US Dollar': { ru: 'Доллар США', uz: 'AQSH dollari' },
};

/** Copies of entries of a dictionary with their names in that language. */
export function inLanguage<T extends { name: string }>(entries: readonly T[], language: WorldLanguage): T[] {
  return entries.map((entry) => ({
    ...entry,
    name: language === 'en' ? entry.name : (NAMES[entry.name]?.[language] ?? entry.name),
  }));
}
