import type { Aggregation, DataSource } from '../../contract/charts.ts';
import { CATALOG } from './catalog.ts';
import { type AskingLocale, type Locale, texts } from './labels.ts';

/** What a name of the catalog is called, and what people say when they mean it. */
interface NameText {
  label: Record<Locale, string>;
  /** Lower case; within one kind of name and one language nothing means two names. */
  synonyms: Record<AskingLocale, readonly string[]>;
}

type Label = readonly [en: string, ru: string, uz: string, kk: string, uk: string, tr: string];
type Synonyms = readonly [en: string, ru: string, uz: string];

/** @param synonyms per language, separated by commas */
function named(label: Label, synonyms: Synonyms): NameText {
  const list = (words: string) => words.split(',').map((word) => word.trim());
  const [en, ru, uz, kk, uk, tr] = label;
  return {
    label: { en, ru, uz, kk, uk, tr },
    synonyms: { en: list(synonyms[0]), ru: list(synonyms[1]), uz: list(synonyms[2]) },
  };
}

const ENTITY_TEXTS: Record<DataSource, NameText> = {
  leads: named(
    ['Leads', 'Лиды', 'Lidlar', 'Лидтер', 'Ліди', 'Müşteri adayları'],
    ['lead, leads, inquiries', 'лид, лиды, лидов, заявки', 'lid, lidlar, murojaatlar'],
  ),
  deals: named(
    ['Deals', 'Сделки', 'Bitimlar', 'Мәмілелер', 'Угоди', 'Anlaşmalar'],
    ['deal, deals, opportunities', 'сделка, сделки, сделок', 'bitim, bitimlar, kelishuvlar'],
  ),
  activities: named(
    ['Activities', 'Дела', 'Faoliyatlar', 'Істер', 'Справи', 'Aktiviteler'],
    ['activity, activities', 'дело, дела, активности, действия', 'faoliyat, faoliyatlar, ishlar'],
  ),
  contacts: named(
    ['Contacts', 'Контакты', 'Kontaktlar', 'Контактілер', 'Контакти', 'Kişiler'],
    ['contact, contacts, people', 'контакт, контакты, люди', 'kontakt, kontaktlar, odamlar'],
  ),
  companies: named(
    ['Companies', 'Компании', 'Kompaniyalar', 'Компаниялар', 'Компанії', 'Şirketler'],
    ['company, companies, organizations', 'компания, компании, организации', 'kompaniya, kompaniyalar, tashkilotlar'],
  ),
  stageHistory: named(
    ['Stage history', 'История стадий', 'Bosqichlar tarixi', 'Кезеңдер тарихы', 'Історія стадій', 'Aşama geçmişi'],
    [
      'stage history, stage changes, movements',
      'история стадий, движение по стадиям, переходы',
      'bosqichlar tarixi, bosqich o‘zgarishlari',
    ],
  ),
  products: named(
    [
      'Products in deals',
      'Товары в сделках',
      'Bitimlardagi mahsulotlar',
      'Мәмілелердегі тауарлар',
      'Товари в угодах',
      'Anlaşma ürünleri',
    ],
    [
      'products, product rows, goods, items',
      'товары, товаров, товарные позиции, позиции',
      'mahsulotlar, tovarlar, mahsulot qatorlari',
    ],
  ),
  people: named(
    ['Team members', 'Сотрудники', 'Jamoa a’zolari', 'Қызметкерлер', 'Співробітники', 'Ekip üyeleri'],
    ['team members, crm users, users', 'пользователи, члены команды, пользователей', 'jamoa a’zolari, foydalanuvchilar'],
  ),
};

const AGGREGATION_TEXTS: Record<Aggregation, NameText> = {
  count: named(
    ['Count', 'Количество', 'Soni', 'Саны', 'Кількість', 'Sayı'],
    ['how many, count, number of', 'сколько, количество, число', 'nechta, soni, miqdori'],
  ),
  sum: named(
    ['Total', 'Всего', 'Jami', 'Барлығы', 'Усього', 'Toplam'],
    ['sum, total', 'сумма, всего, итого', 'jami, yig‘indi, summasi'],
  ),
  average: named(
    ['Average', 'В среднем', 'O‘rtacha', 'Орташа', 'У середньому', 'Ortalama'],
    ['average, mean, avg', 'среднее, средний, средняя, в среднем', 'o‘rtacha'],
  ),
  median: named(
    ['Typical', 'Обычно', 'Odatda', 'Әдетте', 'Зазвичай', 'Olağan'],
    ['median, typical', 'медиана, медианный, типичный', 'mediana, odatdagi'],
  ),
  min: named(
    ['Smallest', 'Минимум', 'Eng kami', 'Ең азы', 'Мінімум', 'En düşük'],
    ['minimum, min, smallest', 'минимум, наименьшее, минимальный', 'eng kichik, minimal, eng kam'],
  ),
  max: named(
    ['Largest', 'Максимум', 'Eng ko‘pi', 'Ең көбі', 'Максимум', 'En yüksek'],
    ['maximum, max, largest', 'максимум, наибольшее, максимальный', 'eng katta, maksimal, eng ko‘p'],
  ),
};

const NUMBER_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'value',
    named(
      ['Amount', 'Сумма', 'Summa', 'Сомасы', 'Сума', 'Tutar'],
      ['amount, value, price', 'сумма, стоимость, бюджет', 'summa, qiymat, narx'],
    ),
  ],
  [
    'firstResponse',
    named(
      [
        'Time to first response',
        'Время до первого ответа',
        'Birinchi javobgacha vaqt',
        'Алғашқы жауапқа дейінгі уақыт',
        'Час до першої відповіді',
        'İlk yanıta kadar geçen süre',
      ],
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
      [
        'Days to close',
        'Дней до закрытия',
        'Yopilguncha kunlar',
        'Жабылғанға дейінгі күндер',
        'Днів до закриття',
        'Kapanmaya kadar gün',
      ],
      ['cycle, sales cycle, days to close', 'цикл, цикл сделки, срок сделки', 'sikl, savdo sikli, bitim muddati'],
    ),
  ],
  [
    'activityCount',
    named(
      [
        'Activities of the record',
        'Дел у записи',
        'Yozuvdagi faoliyatlar',
        'Жазбадағы істер',
        'Справ у записі',
        'Kayıttaki aktiviteler',
      ],
      ['number of activities, touches', 'число дел, касания', 'faoliyatlar soni, aloqalar'],
    ),
  ],
  [
    'durationSeconds',
    named(
      ['Duration', 'Длительность', 'Davomiyligi', 'Ұзақтығы', 'Тривалість', 'Süre'],
      ['duration, length, call length', 'длительность, продолжительность', 'davomiyligi, uzunligi'],
    ),
  ],
  [
    'timeInStage',
    named(
      ['Time in stage', 'Время на стадии', 'Bosqichdagi vaqt', 'Кезеңдегі уақыт', 'Час на стадії', 'Aşamada geçen süre'],
      ['time in stage, stage duration', 'время на стадии, время в стадии', 'bosqichdagi vaqt'],
    ),
  ],
  [
    'revenue',
    named(
      ['Revenue', 'Годовой оборот', 'Aylanma', 'Жылдық айналым', 'Річний оборот', 'Ciro'],
      ['revenue, turnover', 'оборот, выручка', 'aylanma, tushum'],
    ),
  ],
  [
    'employeeCount',
    named(
      ['Employees', 'Число сотрудников', 'Xodimlar soni', 'Қызметкерлер саны', 'Кількість співробітників', 'Çalışan sayısı'],
      ['employees, headcount, staff', 'число сотрудников, штат', 'xodimlar soni, shtat'],
    ),
  ],
  [
    'quantity',
    named(
      ['Quantity', 'Количество товара', 'Mahsulot soni', 'Тауар саны', 'Кількість товару', 'Miktar'],
      ['quantity, pieces, units', 'штук, единиц, количество товара', 'dona, mahsulot soni'],
    ),
  ],
  [
    'price',
    named(
      ['Price', 'Цена', 'Narx', 'Баға', 'Ціна', 'Fiyat'],
      ['unit price, price per piece', 'цена, цена за единицу', 'dona narxi, birlik narxi'],
    ),
  ],
  [
    'amount',
    named(
      ['Product amount', 'Сумма товара', 'Mahsulot summasi', 'Тауар сомасы', 'Сума товару', 'Ürün tutarı'],
      ['product amount, product total', 'сумма товара, стоимость товара', 'mahsulot summasi, mahsulot qiymati'],
    ),
  ],
]);

/** Beside other numbers of the same records these are told more exactly, by data source and name. */
const NUMBER_LABELS_OF: ReadonlyMap<string, Record<Locale, string>> = new Map([
  ['leads value', texts('Lead amount', 'Сумма лидов', 'Lidlar summasi', 'Лидтер сомасы', 'Сума лідів', 'Müşteri adayı tutarı')],
  ['deals value', texts('Deal amount', 'Сумма сделок', 'Bitimlar summasi', 'Мәмілелер сомасы', 'Сума угод', 'Anlaşma tutarı')],
  [
    'leads activityCount',
    texts(
      'Activities of a lead',
      'Дел на один лид',
      'Bir liddagi faoliyatlar',
      'Бір лидтегі істер',
      'Справ на один лід',
      'Müşteri adayındaki aktiviteler',
    ),
  ],
  [
    'deals activityCount',
    texts(
      'Activities of a deal',
      'Дел на одну сделку',
      'Bir bitimdagi faoliyatlar',
      'Бір мәміледегі істер',
      'Справ на одну угоду',
      'Anlaşmadaki aktiviteler',
    ),
  ],
]);

/** What a number of a data source is called. */
export function numberLabel(dataSource: DataSource, name: string, locale: Locale): string {
  const labels = NUMBER_LABELS_OF.get(`${dataSource} ${name}`) ?? NUMBER_TEXTS.get(name)?.label;
  return labels?.[locale] ?? name;
}

/** What a number that is worked out of many is called: "Deal amount: average". */
export function aggregatedLabel(number: string, way: string, locale: Locale): string {
  return `${number}: ${way.toLocaleLowerCase(locale)}`;
}

const TIME_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'createdAt',
    named(
      ['Created', 'Создано', 'Yaratilgan', 'Жасалған', 'Створено', 'Oluşturulma'],
      ['created, creation date', 'создано, дата создания', 'yaratilgan, yaratilgan sana'],
    ),
  ],
  [
    'closedAt',
    named(
      ['Closed', 'Закрыто', 'Yopilgan', 'Жабылған', 'Закрито', 'Kapanma'],
      ['closed, closing date', 'закрыто, дата закрытия', 'yopilgan, yopilgan sana'],
    ),
  ],
  [
    'stageChangedAt',
    named(
      ['Stage changed', 'Стадия изменена', 'Bosqich o‘zgargan', 'Кезең өзгерген', 'Стадію змінено', 'Aşama değişimi'],
      ['stage changed, moved', 'смена стадии, перемещено', 'bosqich o‘zgargan, ko‘chirilgan'],
    ),
  ],
  [
    'startedAt',
    named(
      ['Start', 'Начало', 'Boshlanishi', 'Басталуы', 'Початок', 'Başlangıç'],
      ['start, started', 'начало, началось', 'boshlanishi, boshlangan'],
    ),
  ],
  [
    'deadline',
    named(
      ['Deadline', 'Крайний срок', 'Muddat', 'Мерзімі', 'Крайній термін', 'Son tarih'],
      ['deadline, due', 'крайний срок, дедлайн', 'muddat, oxirgi muddat'],
    ),
  ],
  [
    'enteredAt',
    named(
      ['Entered', 'Вход в стадию', 'Bosqichga kirgan', 'Кезеңге кірген', 'Вхід у стадію', 'Aşamaya giriş'],
      ['entered, entry', 'вход в стадию, вошло', 'bosqichga kirgan, kirgan sana'],
    ),
  ],
  [
    'leftAt',
    named(
      ['Left', 'Выход из стадии', 'Bosqichdan chiqqan', 'Кезеңнен шыққан', 'Вихід зі стадії', 'Aşamadan çıkış'],
      ['left, exit', 'выход из стадии, вышло', 'bosqichdan chiqqan, chiqqan sana'],
    ),
  ],
]);

/** What a weekday, an hour or working time is of. */
export const OF_TIME: ReadonlyMap<string, Label> = new Map<string, Label>([
  ['createdAt', ['of creation', 'создания', 'yaratilgan', 'жасалған', 'створення', 'Oluşturulma']],
  ['closedAt', ['of closing', 'закрытия', 'yopilgan', 'жабылған', 'закриття', 'Kapanma']],
  [
    'stageChangedAt',
    ['of the last stage change', 'смены стадии', 'bosqich o‘zgargan', 'кезең өзгерген', 'зміни стадії', 'Aşama değişimi'],
  ],
  ['startedAt', ['of the start', 'начала', 'boshlangan', 'басталған', 'початку', 'Başlangıç']],
  ['deadline', ['of the deadline', 'крайнего срока', 'muddat tugaydigan', 'мерзімі бітетін', 'крайнього терміну', 'Son tarih']],
  [
    'enteredAt',
    ['of entry into the stage', 'входа в стадию', 'bosqichga kirgan', 'кезеңге кірген', 'входу в стадію', 'Aşamaya giriş'],
  ],
  [
    'leftAt',
    ['of leaving the stage', 'выхода из стадии', 'bosqichdan chiqqan', 'кезеңнен шыққан', 'виходу зі стадії', 'Aşamadan çıkış'],
  ],
]);

const DIMENSION_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'status',
    named(
      ['Status', 'Статус', 'Holat', 'Күйі', 'Статус', 'Durum'],
      ['status, lead stage, lead status', 'статус, статус лида, статусы', 'holat, lid holati, status'],
    ),
  ],
  [
    'stage',
    named(
      ['Stage', 'Стадия', 'Bosqich', 'Кезең', 'Стадія', 'Aşama'],
      ['stage, stages, step', 'стадия, стадии, этап', 'bosqich, bosqichlar'],
    ),
  ],
  [
    'nextStage',
    named(
      ['Next stage', 'Следующая стадия', 'Keyingi bosqich', 'Келесі кезең', 'Наступна стадія', 'Sonraki aşama'],
      ['next stage, moved to', 'следующая стадия, следующий этап', 'keyingi bosqich'],
    ),
  ],
  [
    'entity',
    named(
      [
        'Leads or deals',
        'Лиды или сделки',
        'Lidlar yoki bitimlar',
        'Лидтер немесе мәмілелер',
        'Ліди або угоди',
        'Müşteri adayları veya anlaşmalar',
      ],
      ['leads or deals, kind of record', 'лиды или сделки, вид записи', 'lidlar yoki bitimlar, yozuv turi'],
    ),
  ],
  [
    'pipeline',
    named(
      ['Pipeline', 'Воронка', 'Voronka', 'Воронка', 'Воронка', 'Satış hattı'],
      ['pipeline, funnel, pipelines', 'воронка, воронки, направление', 'voronka, voronkalar'],
    ),
  ],
  [
    'outcome',
    named(
      ['Outcome', 'Результат', 'Natija', 'Нәтиже', 'Результат', 'Sonuç'],
      ['outcome, result, won or lost', 'результат, исход', 'natija, yakun'],
    ),
  ],
  [
    'source',
    named(
      ['Source', 'Источник', 'Manba', 'Дереккөз', 'Джерело', 'Kaynak'],
      ['source, sources, channel, where from', 'источник, источники, канал, откуда', 'manba, manbalar, kanal, qayerdan'],
    ),
  ],
  [
    'owner',
    named(
      ['Responsible', 'Ответственный', 'Mas’ul', 'Жауапты', 'Відповідальний', 'Sorumlu'],
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
      ['Department', 'Отдел', 'Bo‘lim', 'Бөлім', 'Відділ', 'Departman'],
      ['department, departments, team', 'отдел, отделы, подразделение', 'bo‘lim, bo‘limlar, jamoa'],
    ),
  ],
  [
    'country',
    named(
      ['Country', 'Страна', 'Mamlakat', 'Ел', 'Країна', 'Ülke'],
      ['country, countries, phone country', 'страна, страны', 'mamlakat, davlat'],
    ),
  ],
  [
    'currency',
    named(
      ['Currency', 'Валюта', 'Valyuta', 'Валюта', 'Валюта', 'Para birimi'],
      ['currency, currencies', 'валюта, валюты', 'valyuta, valyutalar'],
    ),
  ],
  ['crmSource', named(['CRM', 'CRM', 'CRM', 'CRM', 'CRM', 'CRM'], ['crm, crm system', 'crm, црм', 'crm, crm tizimi'])],
  ['type', named(['Type', 'Тип', 'Turi', 'Түрі', 'Тип', 'Tür'], ['type, kind', 'тип, вид', 'turi, xili'])],
  [
    'direction',
    named(
      ['Direction', 'Входящие и исходящие', 'Yo‘nalish', 'Кіріс және шығыс', 'Вхідні й вихідні', 'Yön'],
      ['direction, incoming or outgoing', 'входящие и исходящие, тип звонка', 'yo‘nalish, kiruvchi yoki chiquvchi'],
    ),
  ],
  [
    'completed',
    named(
      ['Completion', 'Завершённость', 'Bajarilganlik', 'Орындалуы', 'Завершеність', 'Tamamlanma'],
      ['completed, done', 'завершённость, завершено, выполнено', 'bajarilgan, tugallangan'],
    ),
  ],
  [
    'industry',
    named(
      ['Industry', 'Сфера деятельности', 'Soha', 'Қызмет саласы', 'Сфера діяльності', 'Sektör'],
      ['industry, sector', 'отрасль, сфера деятельности', 'soha, tarmoq'],
    ),
  ],
  [
    'product',
    named(
      ['Product', 'Товар', 'Mahsulot', 'Тауар', 'Товар', 'Ürün'],
      ['product, item, goods', 'товар, товара, продукт, позиция', 'mahsulot, tovar'],
    ),
  ],
  [
    'person',
    named(
      ['Team member', 'Сотрудник', 'Jamoa a’zosi', 'Қызметкер', 'Співробітник', 'Ekip üyesi'],
      ['team member, crm user, user', 'пользователь, член команды', 'jamoa a’zosi, foydalanuvchi'],
    ),
  ],
  [
    'active',
    named(
      ['Access', 'Доступ', 'Kirish huquqi', 'Қолжетімділік', 'Доступ', 'Erişim'],
      ['access, active or dismissed', 'доступ, работает или уволен', 'kirish huquqi, ishlaydi yoki ketgan'],
    ),
  ],
  [
    'weekday',
    named(
      ['Weekday', 'День недели', 'Hafta kuni', 'Апта күні', 'День тижня', 'Haftanın günü'],
      ['weekday, day of the week, day of week', 'день недели, дни недели', 'hafta kuni, hafta kunlari'],
    ),
  ],
  [
    'hour',
    named(
      ['Hour of the day', 'Час дня', 'Kun soati', 'Тәулік сағаты', 'Година дня', 'Günün saati'],
      ['hour, hour of the day, time of day', 'час, час дня, время суток', 'soat, kun soati'],
    ),
  ],
  [
    'businessHours',
    named(
      ['Business hours', 'Рабочее время', 'Ish vaqti', 'Жұмыс уақыты', 'Робочий час', 'Mesai saatleri'],
      ['business hours, working hours', 'рабочее время, рабочие часы', 'ish vaqti, ish soatlari'],
    ),
  ],
  ...[...OF_TIME].flatMap(([time, [en, ru, uz, kk, uk, tr]]): [string, NameText][] => [
    [
      `${time}Weekday`,
      alike([
        `Weekday ${en}`,
        `День недели ${ru}`,
        `${uz} hafta kuni`,
        `${kk} апта күні`,
        `День тижня ${uk}`,
        `${tr} haftanın günü`,
      ]),
    ],
    [`${time}Hour`, alike([`Hour ${en}`, `Час ${ru}`, `${uz} soat`, `${kk} сағат`, `Година ${uk}`, `${tr} saati`])],
    [
      `${time}BusinessHours`,
      alike([
        `Business hours ${en}`,
        `Рабочее время ${ru}`,
        `${uz} ish vaqti`,
        `${kk} жұмыс уақыты`,
        `Робочий час ${uk}`,
        `${tr} mesai durumu`,
      ]),
    ],
  ]),
]);

/** A name that is said as it is labelled. */
function alike([en, ru, uz, kk, uk, tr]: Label): NameText {
  const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
  return named([en, ru, capital(uz), capital(kk), uk, tr], [en.toLowerCase(), ru.toLowerCase(), uz.toLowerCase()]);
}

const MEASURE_TEXTS: ReadonlyMap<string, NameText> = new Map([
  [
    'totalLeads',
    named(
      ['Total leads', 'Всего лидов', 'Jami lidlar', 'Барлық лидтер', 'Усього лідів', 'Toplam müşteri adayı'],
      ['leads, total leads, new leads', 'лиды, всего лидов, новые лиды', 'lidlar, jami lidlar, yangi lidlar'],
    ),
  ],
  [
    'leadWinRate',
    named(
      [
        'Lead win rate',
        'Доля успешных лидов',
        'Muvaffaqiyatli lidlar ulushi',
        'Сәтті лидтер үлесі',
        'Частка успішних лідів',
        'Müşteri adayı kazanma oranı',
      ],
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
      [
        'Average lead value',
        'Средняя сумма лида',
        'Lidning o‘rtacha summasi',
        'Лидтің орташа сомасы',
        'Середня сума ліда',
        'Ortalama müşteri adayı tutarı',
      ],
      ['average lead, average lead value', 'средний лид, средняя сумма лида', 'o‘rtacha lid, lidning o‘rtacha summasi'],
    ),
  ],
  [
    'untouchedLeads',
    named(
      [
        'Untouched leads',
        'Необработанные лиды',
        'Ishlanmagan lidlar',
        'Өңделмеген лидтер',
        'Необроблені ліди',
        'İlgilenilmemiş müşteri adayları',
      ],
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
      [
        'Average time to first response',
        'Среднее время первого ответа',
        'Birinchi javobning o‘rtacha vaqti',
        'Алғашқы жауаптың орташа уақыты',
        'Середній час першої відповіді',
        'Ortalama ilk yanıt süresi',
      ],
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
      [
        'Typical time to first response',
        'Обычное время первого ответа',
        'Odatdagi birinchi javob vaqti',
        'Бірінші жауаптың әдеттегі уақыты',
        'Звичайний час першої відповіді',
        'Olağan ilk yanıt süresi',
      ],
      [
        'response time, speed to lead, median response time, median time to first response',
        'время ответа, скорость ответа, медианное время ответа, медианное время первого ответа',
        'javob vaqti, javob tezligi, javob vaqti medianasi, birinchi javob vaqti medianasi',
      ],
    ),
  ],
  ...([5, 15, 60] as const).map((minutes): [string, NameText] => [
    `answeredWithin${minutes}`,
    alike([
      `Answered within ${minutes} minutes`,
      `Ответ за ${minutes} минут`,
      `${minutes} daqiqada javob berilgan`,
      `${minutes} минут ішінде жауап берілген`,
      `Відповідь за ${minutes} хвилин`,
      `${minutes} dakika içinde yanıtlanan`,
    ]),
  ]),
  [
    'totalDeals',
    named(
      ['Total deals', 'Всего сделок', 'Jami bitimlar', 'Барлық мәмілелер', 'Усього угод', 'Toplam anlaşma'],
      ['deals, total deals, new deals', 'сделки, всего сделок, новые сделки', 'bitimlar, jami bitimlar, yangi bitimlar'],
    ),
  ],
  [
    'openDeals',
    named(
      ['Open deals', 'Сделки в работе', 'Ochiq bitimlar', 'Жұмыстағы мәмілелер', 'Угоди в роботі', 'Açık anlaşmalar'],
      ['open deals, deals in progress', 'сделки в работе, открытые сделки', 'ochiq bitimlar, ishdagi bitimlar'],
    ),
  ],
  [
    'pipelineValue',
    named(
      [
        'Pipeline value',
        'Сумма в работе',
        'Ochiq bitimlar summasi',
        'Жұмыстағы мәмілелер сомасы',
        'Сума в роботі',
        'Açık anlaşmaların tutarı',
      ],
      [
        'pipeline value, open pipeline, pipeline',
        'сумма в работе, сумма открытых сделок, сумма сделок в работе',
        'ochiq bitimlar summasi, ishdagi summa',
      ],
    ),
  ],
  [
    'weightedPipeline',
    named(
      [
        'Weighted pipeline',
        'Взвешенная сумма в работе',
        'Ochiq bitimlarning kutilgan summasi',
        'Жұмыстағы күтілетін сома',
        'Зважена сума в роботі',
        'Ağırlıklı satış hattı',
      ],
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
      ['Won deals', 'Выигранные сделки', 'Yutilgan bitimlar', 'Сәтті мәмілелер', 'Виграні угоди', 'Kazanılan anlaşmalar'],
      [
        'won, won deals, sales',
        'выиграно, выиграли, выигранные сделки, успешные сделки, продажи, продали',
        'yutilgan, yutildi, yutdik, yutilgan bitimlar, muvaffaqiyatli bitimlar, sotuvlar',
      ],
    ),
  ],
  [
    'wonValue',
    named(
      [
        'Won value',
        'Сумма выигранных сделок',
        'Yutilgan summa',
        'Сәтті мәмілелер сомасы',
        'Сума виграних угод',
        'Kazanılan tutar',
      ],
      [
        'won value, revenue, sales value',
        'выручка, оборот, заработали, на какую сумму продали, сумма продаж, сумма выигранных сделок',
        'yutilgan summa, tushum, daromad, aylanma, sotuv summasi, yutilgan bitimlar summasi',
      ],
    ),
  ],
  [
    'averageDeal',
    named(
      ['Average deal', 'Средний чек', 'O‘rtacha chek', 'Орташа чек', 'Середній чек', 'Ortalama anlaşma tutarı'],
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
      ['Lost deals', 'Проигранные сделки', 'Yo‘qotilgan bitimlar', 'Сәтсіз мәмілелер', 'Програні угоди', 'Kaybedilen anlaşmalar'],
      ['lost, lost deals', 'проиграно, проиграли, проигранные сделки', 'yo‘qotilgan, yo‘qotildi, yo‘qotilgan bitimlar'],
    ),
  ],
  [
    'lostValue',
    named(
      [
        'Lost value',
        'Сумма проигранных сделок',
        'Yo‘qotilgan summa',
        'Сәтсіз мәмілелер сомасы',
        'Сума програних угод',
        'Kaybedilen tutar',
      ],
      ['lost value, lost revenue', 'упущенная выручка, сумма проигранных сделок', 'yo‘qotilgan summa, boy berilgan tushum'],
    ),
  ],
  [
    'winRate',
    named(
      ['Win rate', 'Доля выигранных', 'Yutish ulushi', 'Сәтті мәмілелер үлесі', 'Частка виграних', 'Kazanma oranı'],
      ['win rate, close rate', 'доля выигранных, процент выигранных', 'yutish ulushi, yutish foizi'],
    ),
  ],
  [
    'staleDeals',
    named(
      [
        'Stale deals',
        'Застрявшие сделки',
        'To‘xtab qolgan bitimlar',
        'Тоқтап қалған мәмілелер',
        'Застряглі угоди',
        'Durgun anlaşmalar',
      ],
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
      [
        'Typical sales cycle, days',
        'Обычный срок сделки, дней',
        'Bitimning odatdagi muddati, kun',
        'Мәміленің әдеттегі мерзімі, күн',
        'Звичайний термін угоди, днів',
        'Anlaşmanın olağan süresi, gün',
      ],
      [
        'sales cycle, deal cycle, time to win, median sales cycle',
        'цикл сделки, длина сделки, срок сделки, медианный цикл сделки',
        'savdo sikli, bitim muddati, savdo sikli medianasi',
      ],
    ),
  ],
  [
    'conversionRate',
    named(
      ['Conversion rate', 'Конверсия', 'Konversiya', 'Конверсия', 'Конверсія', 'Dönüşüm oranı'],
      ['conversion, conversion rate', 'конверсия, процент конверсии', 'konversiya, konversiya foizi'],
    ),
  ],
  [
    'totalActivities',
    named(
      ['Activities', 'Дела', 'Faoliyatlar', 'Істер', 'Справи', 'Aktiviteler'],
      ['activities, total activities', 'дела, всего дел', 'faoliyatlar, jami faoliyatlar'],
    ),
  ],
  [
    'completedActivities',
    named(
      [
        'Completed activities',
        'Завершённые дела',
        'Bajarilgan faoliyatlar',
        'Аяқталған істер',
        'Завершені справи',
        'Tamamlanan aktiviteler',
      ],
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
      ['Calls', 'Звонки', 'Qo‘ng‘iroqlar', 'Қоңыраулар', 'Дзвінки', 'Aramalar'],
      ['calls, phone calls', 'звонки, число звонков', 'qo‘ng‘iroqlar, telefon qo‘ng‘iroqlari'],
    ),
  ],
  [
    'talkTime',
    named(
      ['Talk time', 'Время разговоров', 'Suhbat vaqti', 'Сөйлесу уақыты', 'Час розмов', 'Konuşma süresi'],
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
      [
        'Activities per lead',
        'Дел на лид',
        'Har bir lidga faoliyatlar',
        'Бір лидке істер',
        'Справ на лід',
        'Müşteri adayı başına aktivite',
      ],
      ['activities per lead, touches per lead', 'дел на лид, касаний на лид', 'har bir lidga faoliyatlar, lidga aloqalar'],
    ),
  ],
  [
    'totalContacts',
    named(
      ['Total contacts', 'Всего контактов', 'Jami kontaktlar', 'Барлық контактілер', 'Усього контактів', 'Toplam kişi'],
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
      ['Total companies', 'Всего компаний', 'Jami kompaniyalar', 'Барлық компаниялар', 'Усього компаній', 'Toplam şirket'],
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
      ['Stage entries', 'Входы в стадии', 'Bosqichga kirishlar', 'Кезеңдерге кіру', 'Входи в стадії', 'Aşama girişleri'],
      ['stage entries, stage moves', 'входы в стадии, переходы по стадиям', 'bosqichga kirishlar'],
    ),
  ],
  [
    'stageReached',
    named(
      [
        'Reached the stage or a later one',
        'Дошли до стадии или дальше',
        'Bosqichga yoki undan nariga yetganlar',
        'Кезеңге немесе одан әріге жеткендер',
        'Дійшли до стадії або далі',
        'Aşamaya veya daha ileriye ulaşanlar',
      ],
      ['reached the stage, stage funnel', 'дошли до стадии, воронка стадий', 'bosqichga yetganlar, bosqichlar voronkasi'],
    ),
  ],
  [
    'averageTimeInStage',
    named(
      [
        'Average time in stage',
        'Среднее время на стадии',
        'Bosqichdagi o‘rtacha vaqt',
        'Кезеңдегі орташа уақыт',
        'Середній час на стадії',
        'Aşamada ortalama süre',
      ],
      ['average time in stage', 'среднее время на стадии', 'bosqichdagi o‘rtacha vaqt'],
    ),
  ],
  [
    'medianTimeInStage',
    named(
      [
        'Typical time in stage',
        'Обычное время на стадии',
        'Bosqichdagi odatdagi vaqt',
        'Кезеңдегі әдеттегі уақыт',
        'Звичайний час на стадії',
        'Aşamada olağan süre',
      ],
      ['time in stage, median time in stage', 'время на стадии, медианное время на стадии', 'bosqichdagi vaqt medianasi'],
    ),
  ],
  [
    'stageConversion',
    named(
      ['Stage conversion', 'Конверсия стадии', 'Bosqich konversiyasi', 'Кезең конверсиясы', 'Конверсія стадії', 'Aşama dönüşümü'],
      ['stage conversion, step conversion', 'конверсия стадии, конверсия этапа', 'bosqich konversiyasi'],
    ),
  ],
  [
    'soldQuantity',
    named(
      [
        'Products sold, pieces',
        'Продано товаров, шт.',
        'Sotilgan mahsulotlar, dona',
        'Сатылған тауар, дана',
        'Продано товарів, шт.',
        'Satılan ürün, adet',
      ],
      ['products sold, pieces sold, units sold', 'продано товаров, продано штук', 'sotilgan mahsulotlar, sotilgan dona'],
    ),
  ],
  [
    'soldAmount',
    named(
      ['Product sales', 'Продажи товаров', 'Mahsulot savdosi', 'Тауар сатылымы', 'Продажі товарів', 'Ürün satışları'],
      ['product sales, product revenue', 'продажи товаров, выручка по товарам', 'mahsulot savdosi, mahsulotlar tushumi'],
    ),
  ],
  [
    'totalPeople',
    named(
      [
        'All team members, former ones too',
        'Всего сотрудников с ушедшими',
        'Jami jamoa a’zolari, ketganlar bilan',
        'Барлық қызметкерлер, кеткендермен бірге',
        'Усього співробітників, з колишніми',
        'Ayrılanlarla birlikte tüm ekip',
      ],
      [
        'all team members, all users, all employees',
        'всего сотрудников, всего пользователей',
        'jami jamoa a’zolari, jami foydalanuvchilar, jami xodimlar',
      ],
    ),
  ],
  [
    'activePeople',
    named(
      [
        'Active team members',
        'Работающих сотрудников',
        'Faol jamoa a’zolari',
        'Белсенді қызметкерлер',
        'Співробітників з доступом',
        'Etkin ekip üyeleri',
      ],
      [
        'active team members, active users, team members, users, employees, staff',
        'работающих сотрудников, активные пользователи, сотрудников, сотрудники, пользователей, пользователи',
        'faol jamoa a’zolari, faol foydalanuvchilar, jamoa a’zolari, foydalanuvchilar, xodimlar, xodim',
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
