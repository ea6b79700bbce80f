import { OF_TIME } from './catalog-texts.ts';
import { type Locale, texts } from './labels.ts';

/** Records told apart by a dimension, as a title ends with it: "Won deals *by stage*". */
type ByText = Record<Locale, string>;

/**
 * By the dimension's name. Written out, because no language but English can make them of the name: cases, plurals and the harmony
 * of vowels differ from one to the next.
 */
export const BY_TEXTS: ReadonlyMap<string, ByText> = new Map([
  ['status', texts('by status', 'по статусам', 'holatlar bo‘yicha', 'күйлері бойынша', 'за статусами', 'duruma göre')],
  ['stage', texts('by stage', 'по стадиям', 'bosqichlar bo‘yicha', 'кезеңдер бойынша', 'за стадіями', 'aşamaya göre')],
  [
    'nextStage',
    texts(
      'by next stage',
      'по следующим стадиям',
      'keyingi bosqichlar bo‘yicha',
      'келесі кезеңдер бойынша',
      'за наступними стадіями',
      'sonraki aşamaya göre',
    ),
  ],
  [
    'entity',
    texts(
      'by leads and deals',
      'по лидам и сделкам',
      'lidlar va bitimlar bo‘yicha',
      'лидтер мен мәмілелер бойынша',
      'за лідами й угодами',
      'müşteri adayı ve anlaşmaya göre',
    ),
  ],
  [
    'pipeline',
    texts('by pipeline', 'по воронкам', 'voronkalar bo‘yicha', 'воронкалар бойынша', 'за воронками', 'satış hattına göre'),
  ],
  ['outcome', texts('by outcome', 'по результатам', 'natijalar bo‘yicha', 'нәтижелер бойынша', 'за результатами', 'sonuca göre')],
  ['source', texts('by source', 'по источникам', 'manbalar bo‘yicha', 'дереккөздер бойынша', 'за джерелами', 'kaynağa göre')],
  [
    'owner',
    texts(
      'by responsible person',
      'по ответственным',
      'mas’ullar bo‘yicha',
      'жауаптылар бойынша',
      'за відповідальними',
      'sorumluya göre',
    ),
  ],
  [
    'department',
    texts('by department', 'по отделам', 'bo‘limlar bo‘yicha', 'бөлімдер бойынша', 'за відділами', 'departmana göre'),
  ],
  ['country', texts('by country', 'по странам', 'mamlakatlar bo‘yicha', 'елдер бойынша', 'за країнами', 'ülkeye göre')],
  [
    'currency',
    texts('by currency', 'по валютам', 'valyutalar bo‘yicha', 'валюталар бойынша', 'за валютами', 'para birimine göre'),
  ],
  ['crmSource', texts('by CRM', 'по CRM', 'CRM bo‘yicha', 'CRM бойынша', 'за CRM', 'CRM’ye göre')],
  ['type', texts('by type', 'по типам', 'turlari bo‘yicha', 'түрлері бойынша', 'за типами', 'türe göre')],
  [
    'direction',
    texts(
      'by direction',
      'по входящим и исходящим',
      'yo‘nalishlar bo‘yicha',
      'кіріс пен шығыс бойынша',
      'за вхідними й вихідними',
      'yöne göre',
    ),
  ],
  [
    'completed',
    texts(
      'by completion',
      'по завершённости',
      'bajarilganlik bo‘yicha',
      'орындалуы бойынша',
      'за завершеністю',
      'tamamlanmaya göre',
    ),
  ],
  [
    'industry',
    texts(
      'by industry',
      'по сферам деятельности',
      'sohalar bo‘yicha',
      'қызмет салалары бойынша',
      'за сферами діяльності',
      'sektöre göre',
    ),
  ],
  ['product', texts('by product', 'по товарам', 'mahsulotlar bo‘yicha', 'тауарлар бойынша', 'за товарами', 'ürüne göre')],
  [
    'person',
    texts(
      'by team member',
      'по сотрудникам',
      'jamoa a’zolari bo‘yicha',
      'қызметкерлер бойынша',
      'за співробітниками',
      'ekip üyesine göre',
    ),
  ],
  ['active', texts('by access', 'по доступу', 'kirish huquqi bo‘yicha', 'қолжетімділік бойынша', 'за доступом', 'erişime göre')],
  [
    'weekday',
    texts(
      'by weekday',
      'по дням недели',
      'hafta kunlari bo‘yicha',
      'апта күндері бойынша',
      'за днями тижня',
      'haftanın gününe göre',
    ),
  ],
  [
    'hour',
    texts(
      'by hour of the day',
      'по часам дня',
      'kun soatlari bo‘yicha',
      'тәулік сағаттары бойынша',
      'за годинами дня',
      'günün saatine göre',
    ),
  ],
  [
    'businessHours',
    texts(
      'by business hours',
      'по рабочему времени',
      'ish vaqti bo‘yicha',
      'жұмыс уақыты бойынша',
      'за робочим часом',
      'mesai saatlerine göre',
    ),
  ],
  ...[...OF_TIME].flatMap(([time, [en, ru, uz, kk, uk, label]]): [string, ByText][] => {
    const tr = label.toLocaleLowerCase('tr');
    return [
      [
        `${time}Weekday`,
        texts(
          `by weekday ${en}`,
          `по дням недели ${ru}`,
          `${uz} hafta kunlari bo‘yicha`,
          `${kk} апта күндері бойынша`,
          `за днями тижня ${uk}`,
          `${tr} haftanın gününe göre`,
        ),
      ],
      [
        `${time}Hour`,
        texts(
          `by hour ${en}`,
          `по часам ${ru}`,
          `${uz} soatlar bo‘yicha`,
          `${kk} сағаттар бойынша`,
          `за годинами ${uk}`,
          `${tr} saatine göre`,
        ),
      ],
      [
        `${time}BusinessHours`,
        texts(
          `by business hours ${en}`,
          `по рабочему времени ${ru}`,
          `${uz} ish vaqti bo‘yicha`,
          `${kk} жұмыс уақыты бойынша`,
          `за робочим часом ${uk}`,
          `${tr} mesai durumuna göre`,
        ),
      ],
    ];
  }),
]);

/** The same for one of the CRM's own fields, whose name stays as it is. */
export function byCustomField(name: string, locale: Locale): string {
  return texts(
    `by “${name}”`,
    `по полю «${name}»`,
    `“${name}” maydoni bo‘yicha`,
    `«${name}» өрісі бойынша`,
    `за полем «${name}»`,
    `“${name}” alanına göre`,
  )[locale];
}
