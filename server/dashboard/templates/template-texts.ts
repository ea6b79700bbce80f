import { type Locale, texts } from '../../analytics/labels.ts';

type Texts = Record<Locale, string>;

const TITLES = {
  dealsWonByAgent: texts(
    'Deals won by agent',
    'Выигранные сделки по сотрудникам',
    'Yutilgan bitimlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша сәтті мәмілелер',
    'Виграні угоди за співробітниками',
    'Çalışana göre kazanılan anlaşmalar',
  ),
  revenueByTeam: texts(
    'Revenue by department',
    'Сумма продаж по отделам',
    'Sotuv summasi bo‘limlar bo‘yicha',
    'Бөлімдер бойынша сату сомасы',
    'Сума продажів за відділами',
    'Departmana göre satış tutarı',
  ),
  activitiesByAgent: texts(
    'Completed activities by agent',
    'Завершённые дела по сотрудникам',
    'Bajarilgan faoliyatlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша аяқталған істер',
    'Завершені справи за співробітниками',
    'Çalışana göre tamamlanan aktiviteler',
  ),
  activitiesByTeam: texts(
    'Completed activities by department',
    'Завершённые дела по отделам',
    'Bajarilgan faoliyatlar bo‘limlar bo‘yicha',
    'Бөлімдер бойынша аяқталған істер',
    'Завершені справи за відділами',
    'Departmana göre tamamlanan aktiviteler',
  ),
  dealsWon: texts('Deals won', 'Выиграно сделок', 'Yutilgan bitimlar', 'Сәтті мәмілелер', 'Виграно угод', 'Kazanılan anlaşmalar'),
  activitiesDone: texts(
    'Completed activities',
    'Завершено дел',
    'Bajarilgan faoliyatlar',
    'Аяқталған істер',
    'Завершено справ',
    'Tamamlanan aktiviteler',
  ),
  winRateByAgent: texts(
    'Win rate by agent',
    'Доля выигранных сделок по сотрудникам',
    'Yutilgan bitimlar ulushi xodimlar bo‘yicha',
    'Қызметкерлер бойынша сәтті мәмілелер үлесі',
    'Частка виграних угод за співробітниками',
    'Çalışana göre kazanma oranı',
  ),
  leadsByAgent: texts(
    'New leads by agent',
    'Новые лиды по сотрудникам',
    'Yangi lidlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша жаңа лидтер',
    'Нові ліди за співробітниками',
    'Çalışana göre yeni müşteri adayları',
  ),
  contactsByAgent: texts(
    'New contacts by agent',
    'Новые контакты по сотрудникам',
    'Yangi kontaktlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша жаңа контактілер',
    'Нові контакти за співробітниками',
    'Çalışana göre yeni kişiler',
  ),
  callsByAgent: texts(
    'Calls by agent',
    'Звонки по сотрудникам',
    'Qo‘ng‘iroqlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша қоңыраулар',
    'Дзвінки за співробітниками',
    'Çalışana göre aramalar',
  ),
  responseTime: texts(
    'Typical time to first response',
    'Обычное время первого ответа',
    'Odatdagi birinchi javob vaqti',
    'Бірінші жауаптың әдеттегі уақыты',
    'Звичайний час першої відповіді',
    'Olağan ilk yanıt süresi',
  ),
  responseByAgent: texts(
    'Time to first response by agent',
    'Время первого ответа по сотрудникам',
    'Birinchi javob vaqti xodimlar bo‘yicha',
    'Қызметкерлер бойынша бірінші жауап уақыты',
    'Час першої відповіді за співробітниками',
    'Çalışana göre ilk yanıt süresi',
  ),
  responseOverTime: texts(
    'Time to first response over time',
    'Динамика времени первого ответа',
    'Birinchi javob vaqti dinamikasi',
    'Бірінші жауап уақытының динамикасы',
    'Динаміка часу першої відповіді',
    'Zaman içinde ilk yanıt süresi',
  ),
  callsOverTime: texts(
    'Calls over time',
    'Динамика звонков',
    'Qo‘ng‘iroqlar dinamikasi',
    'Қоңыраулар динамикасы',
    'Динаміка дзвінків',
    'Zaman içinde aramalar',
  ),
  calls: texts('Calls', 'Звонки', 'Qo‘ng‘iroqlar', 'Қоңыраулар', 'Дзвінки', 'Aramalar'),
  callsByHour: texts(
    'Calls by hour of the day',
    'Звонки по часам',
    'Qo‘ng‘iroqlar soatlar bo‘yicha',
    'Сағаттар бойынша қоңыраулар',
    'Дзвінки за годинами',
    'Saate göre aramalar',
  ),
  untouchedByAgent: texts(
    'Leads without any activity by agent',
    'Лиды без единого дела по сотрудникам',
    'Faoliyatsiz lidlar xodimlar bo‘yicha',
    'Қызметкерлер бойынша бірде-бір іс жоқ лидтер',
    'Ліди без жодної справи за співробітниками',
    'Çalışana göre hiç aktivitesi olmayan adaylar',
  ),
  talkTimeByAgent: texts(
    'Talk time by agent',
    'Время разговоров по сотрудникам',
    'Suhbat vaqti xodimlar bo‘yicha',
    'Қызметкерлер бойынша сөйлесу уақыты',
    'Час розмов за співробітниками',
    'Çalışana göre konuşma süresi',
  ),
  callsByDirection: texts(
    'Incoming and outgoing calls',
    'Входящие и исходящие звонки',
    'Kiruvchi va chiquvchi qo‘ng‘iroqlar',
    'Кіріс және шығыс қоңыраулар',
    'Вхідні та вихідні дзвінки',
    'Gelen ve giden aramalar',
  ),
  leadsByBusinessHours: texts(
    'Leads in and outside business hours',
    'Лиды в рабочее и нерабочее время',
    'Ish vaqtidagi va undan tashqari lidlar',
    'Жұмыс уақытындағы және одан тыс лидтер',
    'Ліди в робочий і неробочий час',
    'Mesai içi ve dışı müşteri adayları',
  ),
  pipelineByStage: texts(
    'Open pipeline by stage',
    'Сделки в работе по стадиям',
    'Ochiq bitimlar bosqichlar bo‘yicha',
    'Кезеңдер бойынша жұмыстағы мәмілелер',
    'Угоди в роботі за стадіями',
    'Aşamaya göre açık anlaşmalar',
  ),
  revenueOverTime: texts(
    'Revenue over time',
    'Динамика продаж',
    'Sotuvlar dinamikasi',
    'Сату динамикасы',
    'Динаміка продажів',
    'Zaman içinde satışlar',
  ),
  revenueWon: texts('Revenue won', 'Сумма продаж', 'Sotuv summasi', 'Сату сомасы', 'Сума продажів', 'Satış tutarı'),
  stageFunnel: texts(
    'How far deals come',
    'До каких стадий доходят сделки',
    'Bitimlar qaysi bosqichga yetadi',
    'Мәмілелер қай кезеңге жетеді',
    'До яких стадій доходять угоди',
    'Anlaşmalar hangi aşamaya ulaşıyor',
  ),
  pipelineFunnel: texts(
    'How far deals come: {field}',
    'До каких стадий доходят сделки: {field}',
    'Bitimlar qaysi bosqichga yetadi: {field}',
    'Мәмілелер қай кезеңге жетеді: {field}',
    'До яких стадій доходять угоди: {field}',
    'Anlaşmalar hangi aşamaya ulaşıyor: {field}',
  ),
  dealsOverTime: texts(
    'New deals and their outcome',
    'Новые сделки и их исход',
    'Yangi bitimlar va ularning natijasi',
    'Жаңа мәмілелер және олардың нәтижесі',
    'Нові угоди та їхній результат',
    'Yeni anlaşmalar ve sonuçları',
  ),
  winRate: texts(
    'Win rate',
    'Доля выигранных сделок',
    'Yutilgan bitimlar ulushi',
    'Сәтті мәмілелер үлесі',
    'Частка виграних угод',
    'Kazanma oranı',
  ),
  leadsByStatus: texts(
    'Leads by stage',
    'Лиды по стадиям',
    'Lidlar bosqichlar bo‘yicha',
    'Кезеңдер бойынша лидтер',
    'Ліди за стадіями',
    'Aşamaya göre müşteri adayları',
  ),
  staleByStage: texts(
    'Deals not moved for 30 days',
    'Сделки без движения 30 дней',
    '30 kundan beri siljimagan bitimlar',
    '30 күн қозғалмаған мәмілелер',
    'Угоди без руху 30 днів',
    '30 gündür ilerlemeyen anlaşmalar',
  ),
  weightedPipeline: texts(
    'Weighted pipeline',
    'Взвешенная сумма в работе',
    'Ochiq bitimlarning kutilgan summasi',
    'Жұмыстағы күтілетін сома',
    'Зважена сума в роботі',
    'Ağırlıklı satış hattı',
  ),
  averageDeal: texts('Average deal', 'Средний чек', 'O‘rtacha chek', 'Орташа чек', 'Середній чек', 'Ortalama anlaşma tutarı'),
  cycleDays: texts(
    'Typical days to win a deal',
    'Обычный срок сделки, дней',
    'Bitimning odatdagi muddati, kun',
    'Мәміленің әдеттегі мерзімі, күн',
    'Звичайний термін угоди, днів',
    'Anlaşmanın olağan süresi, gün',
  ),
  leadsOverTime: texts('New leads', 'Новые лиды', 'Yangi lidlar', 'Жаңа лидтер', 'Нові ліди', 'Yeni müşteri adayları'),
  dealsByField: texts(
    'Deals: {field}',
    'Сделки: {field}',
    'Bitimlar: {field}',
    'Мәмілелер: {field}',
    'Угоди: {field}',
    'Anlaşmalar: {field}',
  ),
  leadsBySource: texts(
    'Leads by source',
    'Лиды по источникам',
    'Lidlar manbalar bo‘yicha',
    'Дереккөздер бойынша лидтер',
    'Ліди за джерелами',
    'Kaynağa göre müşteri adayları',
  ),
  contactsBySource: texts(
    'Contacts by source',
    'Контакты по источникам',
    'Kontaktlar manbalar bo‘yicha',
    'Дереккөздер бойынша контактілер',
    'Контакти за джерелами',
    'Kaynağa göre kişiler',
  ),
  leadConversionBySource: texts(
    'Lead conversion by source',
    'Конверсия лидов по источникам',
    'Lidlar konversiyasi manbalar bo‘yicha',
    'Дереккөздер бойынша лидтер конверсиясы',
    'Конверсія лідів за джерелами',
    'Kaynağa göre aday dönüşümü',
  ),
  revenueBySource: texts(
    'Revenue by source',
    'Сумма продаж по источникам',
    'Sotuv summasi manbalar bo‘yicha',
    'Дереккөздер бойынша сату сомасы',
    'Сума продажів за джерелами',
    'Kaynağa göre satış tutarı',
  ),
  newLeads: texts('New leads', 'Новые лиды', 'Yangi lidlar', 'Жаңа лидтер', 'Нові ліди', 'Yeni müşteri adayları'),
  newContacts: texts('New contacts', 'Новые контакты', 'Yangi kontaktlar', 'Жаңа контактілер', 'Нові контакти', 'Yeni kişiler'),
  newCompanies: texts(
    'New companies',
    'Новые компании',
    'Yangi kompaniyalar',
    'Жаңа компаниялар',
    'Нові компанії',
    'Yeni şirketler',
  ),
  leadsBySourceOverTime: texts(
    'Where leads come from over time',
    'Откуда приходят лиды: динамика',
    'Lidlar qayerdan keladi: dinamika',
    'Лидтер қайдан келеді: динамика',
    'Звідки приходять ліди: динаміка',
    'Zaman içinde adayların kaynağı',
  ),
  contactsBySourceOverTime: texts(
    'Where contacts come from over time',
    'Откуда приходят контакты: динамика',
    'Kontaktlar qayerdan keladi: dinamika',
    'Контактілер қайдан келеді: динамика',
    'Звідки приходять контакти: динаміка',
    'Zaman içinde kişilerin kaynağı',
  ),
  winRateBySource: texts(
    'Win rate by source',
    'Доля выигранных сделок по источникам',
    'Yutilgan bitimlar ulushi manbalar bo‘yicha',
    'Дереккөздер бойынша сәтті мәмілелер үлесі',
    'Частка виграних угод за джерелами',
    'Kaynağa göre kazanma oranı',
  ),
  contactsOverTime: texts(
    'New contacts over time',
    'Динамика новых контактов',
    'Yangi kontaktlar dinamikasi',
    'Жаңа контактілер динамикасы',
    'Динаміка нових контактів',
    'Zaman içinde yeni kişiler',
  ),
  companiesByIndustry: texts(
    'New companies by industry',
    'Новые компании по отраслям',
    'Yangi kompaniyalar sohalar bo‘yicha',
    'Салалар бойынша жаңа компаниялар',
    'Нові компанії за галузями',
    'Sektöre göre yeni şirketler',
  ),
  contactsByCountry: texts(
    'New contacts by country',
    'Новые контакты по странам',
    'Yangi kontaktlar mamlakatlar bo‘yicha',
    'Елдер бойынша жаңа контактілер',
    'Нові контакти за країнами',
    'Ülkeye göre yeni kişiler',
  ),
  companiesOverTime: texts(
    'New companies over time',
    'Динамика новых компаний',
    'Yangi kompaniyalar dinamikasi',
    'Жаңа компаниялар динамикасы',
    'Динаміка нових компаній',
    'Zaman içinde yeni şirketler',
  ),
  productsByRevenue: texts(
    'Products by revenue',
    'Товары по выручке',
    'Mahsulotlar tushum bo‘yicha',
    'Түсім бойынша тауарлар',
    'Товари за виручкою',
    'Gelire göre ürünler',
  ),
  productsByQuantity: texts(
    'Products by quantity',
    'Товары по количеству',
    'Mahsulotlar miqdor bo‘yicha',
    'Саны бойынша тауарлар',
    'Товари за кількістю',
    'Miktara göre ürünler',
  ),
  productRevenue: texts(
    'Revenue from products',
    'Выручка от товаров',
    'Mahsulotlardan tushum',
    'Тауарлардан түсім',
    'Виручка від товарів',
    'Ürün geliri',
  ),
  productQuantity: texts(
    'Products in deals',
    'Товаров в сделках',
    'Bitimlardagi mahsulotlar',
    'Мәмілелердегі тауарлар',
    'Товарів в угодах',
    'Anlaşmalardaki ürünler',
  ),
  productRevenueByAgent: texts(
    'Product revenue by agent',
    'Выручка от товаров по сотрудникам',
    'Mahsulotlardan tushum xodimlar bo‘yicha',
    'Қызметкерлер бойынша тауарлардан түсім',
    'Виручка від товарів за співробітниками',
    'Çalışana göre ürün geliri',
  ),
  productRevenueOverTime: texts(
    'Product revenue over time',
    'Динамика выручки от товаров',
    'Mahsulotlardan tushum dinamikasi',
    'Тауарлардан түсім динамикасы',
    'Динаміка виручки від товарів',
    'Zaman içinde ürün geliri',
  ),
} satisfies Record<string, Texts>;

export type TemplateId = keyof typeof TITLES;

/** Of a window of so many days: the number stands where `{days}` is. */
const LAST_DAYS = texts(
  'Last {days} days',
  'За последние {days} дней',
  'So‘nggi {days} kun',
  'Соңғы {days} күн',
  'За останні {days} днів',
  'Son {days} gün',
);
/** What has no window is of what is open at the moment. */
const NOW = texts('As of now', 'На текущий момент', 'Hozirgi holat', 'Қазіргі сәтте', 'На поточний момент', 'Şu an itibarıyla');

/** What has no window and is of no moment. */
const ALL_TIME = texts('All time', 'За всё время', 'Butun davr', 'Барлық уақытта', 'За весь час', 'Tüm zamanlar');

/** Whether a stored name is one of a template of this version. */
export function isTemplateId(name: string | null): name is TemplateId {
  return name !== null && Object.hasOwn(TITLES, name);
}

/**
 * What a widget is called in a language, and what stands below it.
 * @param stored the title in its row: for what is of a custom field or a pipeline the name that the CRM gave it
 * @param timeRangeDays null: no window
 */
export function describeTemplate(
  template: TemplateId,
  { timeRangeDays, stored }: { timeRangeDays: number | null; stored: string },
  locale: Locale,
): { title: string; description: string } {
  const title = TITLES[template][locale].replace('{field}', () => stored);
  return { title, description: timeRangeDays === null ? NOW[locale] : lastDays(timeRangeDays, locale) };
}

/** What stands below a chart that somebody has described. @param timeRangeDays null: all time */
export function describeWithPeriod(description: string, timeRangeDays: number | null, locale: Locale): string {
  const period = timeRangeDays === null ? ALL_TIME[locale] : lastDays(timeRangeDays, locale);
  return description === '' ? period : `${period}. ${description}`;
}

function lastDays(days: number, locale: Locale): string {
  return LAST_DAYS[locale].replace('{days}', String(days));
}
