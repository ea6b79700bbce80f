import type { Aggregation, DataSource } from '../../contract/charts.ts';
import { CATALOG } from './catalog.ts';
import type { Locale } from './labels.ts';

/** What a name of the catalog is called, and what people say when they mean it. */
interface NameText {
  label: Record<Locale, string>;
  /** Lower case; within one kind of name and one language nothing means two names. */
  synonyms: Record<Locale, readonly string[]>;
}

type Three = readonly [en: string, ru: string, uz: string];

/** @param synonyms per language, separated by commas */
function named(label: Three, synonyms: Three): NameText {
  const list = (words: string) => words.split(',').map((word) => word.trim());
  return {
    label: { en: label[0], ru: label[1], uz: label[2] },
    synonyms: { en: list(synonyms[0]), ru: list(synonyms[1]), uz: list(synonyms[2]) },
  };
}

const ENTITY_TEXTS: Record<DataSource, NameText> = {
  leads: named(['Leads', 'Лиды', 'Lidlar'], ['lead, leads, inquiries', 'лид, лиды, лидов, заявки', 'lid, lidlar, murojaatlar']),
  deals: named(
    ['Deals', 'Сделки', 'Bitimlar'],
    ['deal, deals, opportunities', 'сделка, сделки, сделок', 'bitim, bitimlar, kelishuvlar'],
  ),
  activities: named(
    ['Activities', 'Дела', 'Faoliyatlar'],
    ['activity, activities', 'дело, дела, активности, действия', 'faoliyat, faoliyatlar, ishlar'],
  ),
  contacts: named(
    ['Contacts', 'Контакты', 'Kontaktlar'],
    ['contact, contacts, people', 'контакт, контакты, люди', 'kontakt, kontaktlar, odamlar'],
  ),
  companies: named(
    ['Companies', 'Компании', 'Kompaniyalar'],
    ['company, companies, organizations', 'компания, компании, организации', 'kompaniya, kompaniyalar, tashkilotlar'],
  ),
  stageHistory: named(
    ['Stage history', 'История стадий', 'Bosqichlar tarixi'],
    [
      'stage history, stage changes, movements',
      'история стадий, движение по стадиям, переходы',
      'bosqichlar tarixi, bosqich o‘zgarishlari',
    ],
  ),
  products: named(
    ['Products in deals', 'Товары в сделках', 'Bitimlardagi mahsulotlar'],
    [
      'products, product rows, goods, items',
      'товары, товаров, товарные позиции, позиции',
      'mahsulotlar, tovarlar, mahsulot qatorlari',
    ],
  ),
  people: named(
    ['Team members', 'Сотрудники', 'Jamoa a’zolari'],
    ['team members, crm users, users', 'пользователи, члены команды, пользователей', 'jamoa a’zolari, foydalanuvchilar'],
  ),
};

const AGGREGATION_TEXTS: Record<Aggregation, NameText> = {
  count: named(
    ['Count', 'Количество', 'Soni'],
    ['how many, count, number of', 'сколько, количество, число', 'nechta, soni, miqdori'],
  ),
  sum: named(['Total', 'Сумма', 'Jami'], ['sum, total', 'сумма, всего, итого', 'jami, yig‘indi, summasi']),
  average: named(['Average', 'Среднее', 'O‘rtacha'], ['average, mean, avg', 'среднее, средний, средняя, в среднем', 'o‘rtacha']),
  median: named(['Median', 'Медиана', 'Mediana'], ['median, typical', 'медиана, медианный, типичный', 'mediana, odatdagi']),
  min: named(
    ['Smallest', 'Наименьшее', 'Eng kichik'],
    ['minimum, min, smallest', 'минимум, наименьшее, минимальный', 'eng kichik, minimal, eng kam'],
  ),
  max: named(
    ['Largest', 'Наибольшее', 'Eng katta'],
    ['maximum, max, largest', 'максимум, наибольшее, максимальный', 'eng katta, maksimal, eng ko‘p'],
  ),
};

const NUMBER_TEXTS: ReadonlyMap<string, NameText> = new Map([
  ['value', named(['Amount', 'Сумма', 'Summa'], ['amount, value, price', 'сумма, стоимость, бюджет', 'summa, qiymat, narx'])],
  [
    'firstResponse',
    named(
      ['Time to first response', 'Время до первого ответа', 'Birinchi javobgacha vaqt'],
      [
        'first response, response time, reaction time',
        'первый ответ, время ответа, скорость реакции',
        'birinchi javob, javob vaqti',
      ],
    ),
  ],
  [
    'cycleDays',
    named(
      ['Days to close', 'Дней до закрытия', 'Yopilguncha kunlar'],
      ['cycle, sales cycle, days to close', 'цикл, цикл сделки, срок сделки', 'sikl, savdo sikli, bitim muddati'],
    ),
  ],
  [
    'activityCount',
    named(
      ['Activities of the record', 'Дел у записи', 'Yozuvdagi faoliyatlar'],
      ['number of activities, touches', 'число дел, касания', 'faoliyatlar soni, aloqalar'],
    ),
  ],
  [
    'durationSeconds',
    named(
      ['Duration', 'Длительность', 'Davomiyligi'],
      ['duration, length, call length', 'длительность, продолжительность', 'davomiyligi, uzunligi'],
    ),
  ],
  [
    'timeInStage',
    named(
      ['Time in stage', 'Время на стадии', 'Bosqichdagi vaqt'],
      ['time in stage, stage duration', 'время на стадии, время в стадии', 'bosqichdagi vaqt'],
    ),
  ],
  ['revenue', named(['Revenue', 'Годовой оборот', 'Aylanma'], ['revenue, turnover', 'оборот, выручка', 'aylanma, tushum'])],
  [
    'employeeCount',
    named(
      ['Employees', 'Число сотрудников', 'Xodimlar soni'],
      ['employees, headcount, staff', 'число сотрудников, штат', 'xodimlar soni, shtat'],
    ),
  ],
  [
    'quantity',
    named(
      ['Quantity', 'Количество товара', 'Mahsulot soni'],
      ['quantity, pieces, units', 'штук, единиц, количество товара', 'dona, mahsulot soni'],
    ),
  ],
  [
    'price',
    named(['Price', 'Цена', 'Narx'], ['unit price, price per piece', 'цена, цена за единицу', 'dona narxi, birlik narxi']),
  ],
  [
    'amount',
    named(
      ['Product amount', 'Сумма товара', 'Mahsulot summasi'],
      ['product amount, product total', 'сумма товара, стоимость товара', 'mahsulot summasi, mahsulot qiymati'],
    ),
  ],
]);

const TIME_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'createdAt',
    named(
      ['Created', 'Создано', 'Yaratilgan'],
      ['created, creation date', 'создано, дата создания', 'yaratilgan, yaratilgan sana'],
    ),
  ],
  [
    'closedAt',
    named(['Closed', 'Закрыто', 'Yopilgan'], ['closed, closing date', 'закрыто, дата закрытия', 'yopilgan, yopilgan sana']),
  ],
  [
    'stageChangedAt',
    named(
      ['Stage changed', 'Стадия изменена', 'Bosqich o‘zgargan'],
      ['stage changed, moved', 'смена стадии, перемещено', 'bosqich o‘zgargan, ko‘chirilgan'],
    ),
  ],
  ['startedAt', named(['Start', 'Начало', 'Boshlanishi'], ['start, started', 'начало, началось', 'boshlanishi, boshlangan'])],
  [
    'deadline',
    named(['Deadline', 'Крайний срок', 'Muddat'], ['deadline, due', 'крайний срок, дедлайн', 'muddat, oxirgi muddat']),
  ],
  [
    'enteredAt',
    named(
      ['Entered', 'Вход в стадию', 'Bosqichga kirgan'],
      ['entered, entry', 'вход в стадию, вошло', 'bosqichga kirgan, kirgan sana'],
    ),
  ],
  [
    'leftAt',
    named(
      ['Left', 'Выход из стадии', 'Bosqichdan chiqqan'],
      ['left, exit', 'выход из стадии, вышло', 'bosqichdan chiqqan, chiqqan sana'],
    ),
  ],
]);

/** What a weekday or an hour is of. */
const OF_TIME = new Map<string, Three>([
  ['createdAt', ['of creation', 'создания', 'yaratilgan']],
  ['closedAt', ['of closing', 'закрытия', 'yopilgan']],
  ['stageChangedAt', ['of the last stage change', 'смены стадии', 'bosqich o‘zgargan']],
  ['startedAt', ['of the start', 'начала', 'boshlangan']],
  ['deadline', ['of the deadline', 'крайнего срока', 'muddat tugaydigan']],
  ['enteredAt', ['of entry into the stage', 'входа в стадию', 'bosqichga kirgan']],
  ['leftAt', ['of leaving the stage', 'выхода из стадии', 'bosqichdan chiqqan']],
]);

const DIMENSION_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'status',
    named(
      ['Status', 'Статус', 'Holat'],
      ['status, lead stage, lead status', 'статус, статус лида, статусы', 'holat, lid holati, status'],
    ),
  ],
  ['stage', named(['Stage', 'Стадия', 'Bosqich'], ['stage, stages, step', 'стадия, стадии, этап', 'bosqich, bosqichlar'])],
  [
    'nextStage',
    named(
      ['Next stage', 'Следующая стадия', 'Keyingi bosqich'],
      ['next stage, moved to', 'следующая стадия, следующий этап', 'keyingi bosqich'],
    ),
  ],
  [
    'entity',
    named(
      ['Leads or deals', 'Лиды или сделки', 'Lidlar yoki bitimlar'],
      ['leads or deals, kind of record', 'лиды или сделки, вид записи', 'lidlar yoki bitimlar, yozuv turi'],
    ),
  ],
  [
    'pipeline',
    named(
      ['Pipeline', 'Воронка', 'Voronka'],
      ['pipeline, funnel, pipelines', 'воронка, воронки, направление', 'voronka, voronkalar'],
    ),
  ],
  ['outcome', named(['Outcome', 'Результат', 'Natija'], ['outcome, result, won or lost', 'результат, исход', 'natija, yakun'])],
  [
    'source',
    named(
      ['Source', 'Источник', 'Manba'],
      ['source, sources, channel, where from', 'источник, источники, канал, откуда', 'manba, manbalar, kanal, qayerdan'],
    ),
  ],
  [
    'owner',
    named(
      ['Responsible', 'Ответственный', 'Mas’ul'],
      [
        'owner, agent, employee, manager, rep, responsible, who',
        'ответственный, сотрудник, менеджер, оператор, кто',
        'mas’ul, xodim, menejer, operator, kim',
      ],
    ),
  ],
  [
    'department',
    named(
      ['Department', 'Отдел', 'Bo‘lim'],
      ['department, departments, team', 'отдел, отделы, подразделение', 'bo‘lim, bo‘limlar, jamoa'],
    ),
  ],
  [
    'country',
    named(['Country', 'Страна', 'Mamlakat'], ['country, countries, phone country', 'страна, страны', 'mamlakat, davlat']),
  ],
  ['currency', named(['Currency', 'Валюта', 'Valyuta'], ['currency, currencies', 'валюта, валюты', 'valyuta, valyutalar'])],
  ['crmSource', named(['CRM', 'CRM', 'CRM'], ['crm, crm system', 'crm, црм', 'crm, crm tizimi'])],
  ['type', named(['Type', 'Тип', 'Turi'], ['type, kind', 'тип, вид', 'turi, xili'])],
  [
    'direction',
    named(
      ['Direction', 'Входящие и исходящие', 'Yo‘nalish'],
      ['direction, incoming or outgoing', 'входящие и исходящие, тип звонка', 'yo‘nalish, kiruvchi yoki chiquvchi'],
    ),
  ],
  [
    'completed',
    named(
      ['Completion', 'Завершённость', 'Bajarilganlik'],
      ['completed, done', 'завершённость, завершено, выполнено', 'bajarilgan, tugallangan'],
    ),
  ],
  [
    'industry',
    named(['Industry', 'Сфера деятельности', 'Soha'], ['industry, sector', 'отрасль, сфера деятельности', 'soha, tarmoq']),
  ],
  [
    'product',
    named(['Product', 'Товар', 'Mahsulot'], ['product, item, goods', 'товар, товара, продукт, позиция', 'mahsulot, tovar']),
  ],
  [
    'person',
    named(
      ['Team member', 'Сотрудник', 'Jamoa a’zosi'],
      ['team member, crm user, user', 'пользователь, член команды', 'jamoa a’zosi, foydalanuvchi'],
    ),
  ],
  [
    'active',
    named(
      ['Access', 'Доступ', 'Kirish huquqi'],
      ['access, active or dismissed', 'доступ, работает или уволен', 'kirish huquqi, ishlaydi yoki ketgan'],
    ),
  ],
  [
    'weekday',
    named(
      ['Weekday', 'День недели', 'Hafta kuni'],
      ['weekday, day of the week, day of week', 'день недели, дни недели', 'hafta kuni, hafta kunlari'],
    ),
  ],
  [
    'hour',
    named(
      ['Hour of the day', 'Час дня', 'Kun soati'],
      ['hour, hour of the day, time of day', 'час, час дня, время суток', 'soat, kun soati'],
    ),
  ],
  ...[...OF_TIME].flatMap(([time, [en, ru, uz]]): [string, NameText][] => [
    [`${time}Weekday`, alike([`Weekday ${en}`, `День недели ${ru}`, `${uz} hafta kuni`])],
    [`${time}Hour`, alike([`Hour ${en}`, `Час ${ru}`, `${uz} soat`])],
  ]),
]);

/** A name that is said as it is labelled. */
function alike(label: Three): NameText {
  const [en, ru, uz] = label;
  const capital = uz.slice(0, 1).toUpperCase() + uz.slice(1);
  return named([en, ru, capital], [en.toLowerCase(), ru.toLowerCase(), uz.toLowerCase()]);
}

const MEASURE_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'totalLeads',
    named(
      ['Total leads', 'Всего лидов', 'Jami lidlar'],
      ['leads, total leads, new leads', 'лиды, всего лидов, новые лиды', 'lidlar, jami lidlar, yangi lidlar'],
    ),
  ],
  [
    'leadWinRate',
    named(
      ['Lead win rate', 'Доля успешных лидов', 'Muvaffaqiyatli lidlar ulushi'],
      [
        'lead win rate, qualified leads rate',
        'доля успешных лидов, конверсия лидов',
        'muvaffaqiyatli lidlar ulushi, lidlar konversiyasi',
      ],
    ),
  ],
  [
    'averageLeadValue',
    named(
      ['Average lead value', 'Средняя сумма лида', 'Lidning o‘rtacha summasi'],
      ['average lead, average lead value', 'средний лид, средняя сумма лида', 'o‘rtacha lid, lidning o‘rtacha summasi'],
    ),
  ],
  [
    'untouchedLeads',
    named(
      ['Untouched leads', 'Необработанные лиды', 'Ishlanmagan lidlar'],
      [
        'untouched leads, unworked leads, forgotten leads',
        'необработанные лиды, лиды без дел, забытые лиды',
        'ishlanmagan lidlar, unutilgan lidlar',
      ],
    ),
  ],
  [
    'averageFirstResponse',
    named(
      ['Average time to first response', 'Среднее время первого ответа', 'Birinchi javobning o‘rtacha vaqti'],
      [
        'average response time, average first response',
        'среднее время ответа, среднее время первого ответа',
        'o‘rtacha javob vaqti, birinchi javobning o‘rtacha vaqti',
      ],
    ),
  ],
  [
    'medianFirstResponse',
    named(
      ['Median time to first response', 'Медианное время первого ответа', 'Birinchi javob vaqti medianasi'],
      [
        'response time, speed to lead, median response time',
        'время ответа, скорость ответа, медианное время ответа',
        'javob vaqti, javob tezligi, javob vaqti medianasi',
      ],
    ),
  ],
  ...([5, 15, 60] as const).map((minutes): [string, NameText] => [
    `answeredWithin${minutes}`,
    alike([`Answered within ${minutes} minutes`, `Ответ за ${minutes} минут`, `${minutes} daqiqada javob berilgan`]),
  ]),
  [
    'totalDeals',
    named(
      ['Total deals', 'Всего сделок', 'Jami bitimlar'],
      ['deals, total deals, new deals', 'сделки, всего сделок, новые сделки', 'bitimlar, jami bitimlar, yangi bitimlar'],
    ),
  ],
  [
    'openDeals',
    named(
      ['Open deals', 'Сделки в работе', 'Ochiq bitimlar'],
      ['open deals, deals in progress', 'сделки в работе, открытые сделки', 'ochiq bitimlar, ishdagi bitimlar'],
    ),
  ],
  [
    'pipelineValue',
    named(
      ['Pipeline value', 'Сумма в работе', 'Ochiq bitimlar summasi'],
      [
        'pipeline value, open pipeline, pipeline',
        'сумма в работе, сумма открытых сделок',
        'ochiq bitimlar summasi, ishdagi summa',
      ],
    ),
  ],
  [
    'weightedPipeline',
    named(
      ['Weighted pipeline', 'Взвешенная сумма в работе', 'Ochiq bitimlarning kutilgan summasi'],
      [
        'weighted pipeline, forecast, expected revenue, weighted pipeline value',
        'взвешенная воронка, взвешенная сумма в работе, прогноз, прогноз продаж, ожидаемая выручка',
        'ochiq bitimlarning kutilgan summasi, prognoz, kutilayotgan tushum',
      ],
    ),
  ],
  [
    'wonDeals',
    named(
      ['Won deals', 'Выигранные сделки', 'Yutilgan bitimlar'],
      [
        'won, won deals, sales',
        'выиграно, выиграли, выигранные сделки, продажи',
        'yutilgan, yutildi, yutilgan bitimlar, sotuvlar',
      ],
    ),
  ],
  [
    'wonValue',
    named(
      ['Won value', 'Сумма выигранных сделок', 'Yutilgan summa'],
      [
        'won value, revenue, sales value',
        'выручка, сумма продаж, сумма выигранных сделок',
        'yutilgan summa, tushum, sotuv summasi, yutilgan bitimlar summasi',
      ],
    ),
  ],
  [
    'averageDeal',
    named(
      ['Average deal', 'Средний чек', 'O‘rtacha chek'],
      [
        'average deal, average deal size, average deal value, average check',
        'средний чек, средняя сделка',
        'o‘rtacha chek, o‘rtacha bitim',
      ],
    ),
  ],
  [
    'lostDeals',
    named(
      ['Lost deals', 'Проигранные сделки', 'Yo‘qotilgan bitimlar'],
      ['lost, lost deals', 'проиграно, проиграли, проигранные сделки', 'yo‘qotilgan, yo‘qotildi, yo‘qotilgan bitimlar'],
    ),
  ],
  [
    'lostValue',
    named(
      ['Lost value', 'Сумма проигранных сделок', 'Yo‘qotilgan summa'],
      ['lost value, lost revenue', 'упущенная выручка, сумма проигранных сделок', 'yo‘qotilgan summa, boy berilgan tushum'],
    ),
  ],
  [
    'winRate',
    named(
      ['Win rate', 'Доля выигранных', 'Yutish ulushi'],
      ['win rate, close rate', 'доля выигранных, процент выигранных', 'yutish ulushi, yutish foizi'],
    ),
  ],
  [
    'staleDeals',
    named(
      ['Stale deals', 'Застрявшие сделки', 'To‘xtab qolgan bitimlar'],
      [
        'stale deals, stuck deals, stagnant deals',
        'застрявшие сделки, зависшие сделки',
        'to‘xtab qolgan bitimlar, qotib qolgan bitimlar',
      ],
    ),
  ],
  [
    'medianCycleDays',
    named(
      ['Median sales cycle, days', 'Медианный цикл сделки, дней', 'Savdo sikli medianasi, kun'],
      ['sales cycle, deal cycle, time to win', 'цикл сделки, длина сделки, срок сделки', 'savdo sikli, bitim muddati'],
    ),
  ],
  [
    'conversionRate',
    named(
      ['Conversion rate', 'Конверсия', 'Konversiya'],
      ['conversion, conversion rate', 'конверсия, процент конверсии', 'konversiya, konversiya foizi'],
    ),
  ],
  [
    'totalActivities',
    named(
      ['Activities', 'Дела', 'Faoliyatlar'],
      ['activities, total activities', 'дела, всего дел', 'faoliyatlar, jami faoliyatlar'],
    ),
  ],
  [
    'completedActivities',
    named(
      ['Completed activities', 'Завершённые дела', 'Bajarilgan faoliyatlar'],
      [
        'completed activities, done activities',
        'завершённые дела, выполненные дела',
        'bajarilgan faoliyatlar, tugallangan ishlar',
      ],
    ),
  ],
  [
    'calls',
    named(
      ['Calls', 'Звонки', 'Qo‘ng‘iroqlar'],
      ['calls, phone calls', 'звонки, число звонков', 'qo‘ng‘iroqlar, telefon qo‘ng‘iroqlari'],
    ),
  ],
  [
    'talkTime',
    named(
      ['Talk time', 'Время разговоров', 'Suhbat vaqti'],
      [
        'talk time, call time, minutes on the phone',
        'время разговоров, длительность звонков',
        'suhbat vaqti, qo‘ng‘iroqlar davomiyligi',
      ],
    ),
  ],
  [
    'activitiesPerLead',
    named(
      ['Activities per lead', 'Дел на лид', 'Har bir lidga faoliyatlar'],
      ['activities per lead, touches per lead', 'дел на лид, касаний на лид', 'har bir lidga faoliyatlar, lidga aloqalar'],
    ),
  ],
  [
    'totalContacts',
    named(
      ['Total contacts', 'Всего контактов', 'Jami kontaktlar'],
      [
        'contacts, total contacts, new contacts',
        'контакты, всего контактов, новые контакты',
        'kontaktlar, jami kontaktlar, yangi kontaktlar',
      ],
    ),
  ],
  [
    'totalCompanies',
    named(
      ['Total companies', 'Всего компаний', 'Jami kompaniyalar'],
      [
        'companies, total companies, new companies',
        'компании, всего компаний, новые компании',
        'kompaniyalar, jami kompaniyalar, yangi kompaniyalar',
      ],
    ),
  ],
  [
    'stageEntries',
    named(
      ['Stage entries', 'Входы в стадии', 'Bosqichga kirishlar'],
      ['stage entries, stage moves', 'входы в стадии, переходы по стадиям', 'bosqichga kirishlar'],
    ),
  ],
  [
    'stageReached',
    named(
      ['Reached the stage', 'Дошли до стадии', 'Bosqichga yetganlar'],
      ['reached the stage, stage funnel', 'дошли до стадии, воронка стадий', 'bosqichga yetganlar, bosqichlar voronkasi'],
    ),
  ],
  [
    'averageTimeInStage',
    named(
      ['Average time in stage', 'Среднее время на стадии', 'Bosqichdagi o‘rtacha vaqt'],
      ['average time in stage', 'среднее время на стадии', 'bosqichdagi o‘rtacha vaqt'],
    ),
  ],
  [
    'medianTimeInStage',
    named(
      ['Median time in stage', 'Медианное время на стадии', 'Bosqichdagi vaqt medianasi'],
      ['time in stage, median time in stage', 'время на стадии, медианное время на стадии', 'bosqichdagi vaqt medianasi'],
    ),
  ],
  [
    'stageConversion',
    named(
      ['Stage conversion', 'Конверсия стадии', 'Bosqich konversiyasi'],
      ['stage conversion, step conversion', 'конверсия стадии, конверсия этапа', 'bosqich konversiyasi'],
    ),
  ],
  [
    'soldQuantity',
    named(
      ['Products sold, pieces', 'Продано товаров, шт.', 'Sotilgan mahsulotlar, dona'],
      ['products sold, pieces sold, units sold', 'продано товаров, продано штук', 'sotilgan mahsulotlar, sotilgan dona'],
    ),
  ],
  [
    'soldAmount',
    named(
      ['Product sales', 'Продажи товаров', 'Mahsulot savdosi'],
      ['product sales, product revenue', 'продажи товаров, выручка по товарам', 'mahsulot savdosi, mahsulotlar tushumi'],
    ),
  ],
  [
    'totalPeople',
    named(
      ['Team members', 'Сотрудников', 'Jamoa a’zolari soni'],
      [
        'team members, number of team members',
        'всего сотрудников, число пользователей',
        'jamoa a’zolari soni, jami jamoa a’zolari',
      ],
    ),
  ],
  [
    'activePeople',
    named(
      ['Active team members', 'Работающих сотрудников', 'Faol jamoa a’zolari'],
      [
        'active team members, active users',
        'работающих сотрудников, активные пользователи',
        'faol jamoa a’zolari, faol foydalanuvchilar',
      ],
    ),
  ],
]);

/** All texts by kind of name; a name means the same in every entity that has it. */
export const CATALOG_TEXTS: Record<
  'entity' | 'dimension' | 'number' | 'time' | 'measure' | 'aggregation',
  ReadonlyMap<string, NameText>
> = {
  entity: new Map(Object.entries(ENTITY_TEXTS)),
  dimension: DIMENSION_TEXTS,
  number: NUMBER_TEXTS,
  time: TIME_TEXTS,
  measure: MEASURE_TEXTS,
  aggregation: new Map(Object.entries(AGGREGATION_TEXTS)),
};

/** Every name of the catalog by kind, for checks and pickers; custom fields are not among them, they are the tenant's own. */
export function listNames(): Record<keyof typeof CATALOG_TEXTS, ReadonlySet<string>> {
  const entities = Object.values(CATALOG);
  return {
    entity: new Set(Object.keys(CATALOG)),
    dimension: new Set(entities.flatMap(({ dimensions }) => [...dimensions.keys()])),
    number: new Set(entities.flatMap(({ numbers }) => [...numbers.keys()])),
    time: new Set(entities.flatMap(({ times }) => [...times.keys()])),
    measure: new Set(entities.flatMap(({ measures }) => [...measures])),
    aggregation: new Set(Object.keys(AGGREGATION_TEXTS)),
  };
}
