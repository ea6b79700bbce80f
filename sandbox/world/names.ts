import { hash, pick } from './random.ts';

interface NameSet {
  /** Written form and its e-mail spelling, parted by '|'. */
  men: string[];
  women: string[];
  /** Men's form; women's has `feminine` appended where the family ends in v. */
  families: string[];
  feminine: string;
}

const UZBEK_LATIN: NameSet = {
  men: [
    'Jasur|jasur',
    'Otabek|otabek',
    'Sherzod|sherzod',
    'Bekzod|bekzod',
    'Ulug‘bek|ulugbek',
    'O‘tkir|otkir',
    'Sardor|sardor',
    'Javohir|javohir',
    'G‘ayrat|gayrat',
    'Doniyor|doniyor',
  ],
  women: [
    'Malika|malika',
    'Nigora|nigora',
    'Gulnoza|gulnoza',
    'Shahnoza|shahnoza',
    'Zulfiya|zulfiya',
    'Sevara|sevara',
    'Nargiza|nargiza',
    'O‘g‘iloy|ogiloy',
  ],
  families: [
    'Karimov|karimov',
    'Yo‘ldoshev|yoldoshev',
    'G‘ulomov|gulomov',
    'To‘rayev|torayev',
    'Rahimov|rahimov',
    'Qodirov|qodirov',
    'Xo‘jayev|xojayev',
    'Ergashev|ergashev',
    'Nurmatov|nurmatov',
    'Sobirov|sobirov',
    'Mirzayev|mirzayev',
    'Abdullayev|abdullayev',
  ],
  feminine: 'a',
};
const UZBEK_CYRILLIC: NameSet = {
  men: ['Ўткир|otkir', 'Ғайрат|gayrat', 'Қаҳрамон|qahramon', 'Баҳодир|bahodir', 'Жамшид|jamshid', 'Улуғбек|ulugbek'],
  women: ['Феруза|feruza', 'Гулчеҳра|gulchehra', 'Ўғилой|ogiloy', 'Муҳаббат|muhabbat', 'Барно|barno'],
  families: [
    'Ғуломов|gulomov',
    'Йўлдошев|yoldoshev',
    'Қодиров|qodirov',
    'Ҳасанов|hasanov',
    'Хўжаев|xojayev',
    'Тўраев|torayev',
    'Раҳматов|rahmatov',
  ],
  feminine: 'а',
};
const RUSSIAN: NameSet = {
  men: [
    'Александр|aleksandr',
    'Сергей|sergey',
    'Дмитрий|dmitriy',
    'Андрей|andrey',
    'Тимур|timur',
    'Рустам|rustam',
    'Артём|artem',
    'Фёдор|fedor',
  ],
  women: ['Елена|elena', 'Ольга|olga', 'Наталья|natalya', 'Дилноза|dilnoza', 'Камила|kamila', 'Юлия|yuliya', 'Алёна|alena'],
  families: [
    'Иванов|ivanov',
    'Ким|kim',
    'Петров|petrov',
    'Соловьёв|solovyov',
    'Каримов|karimov',
    'Ахмедов|akhmedov',
    'Юсупов|yusupov',
    'Исмаилов|ismailov',
    'Кузнецов|kuznetsov',
  ],
  feminine: 'а',
};
const FOREIGN: NameSet = {
  men: ['Mehmet|mehmet', 'John|john', 'Jürgen|juergen', 'Wei|wei', 'José|jose'],
  women: ['Ayşe|ayse', 'Anna-Maria|anna-maria', 'Sinéad|sinead', 'Li|li'],
  families: ['Yılmaz|yilmaz', 'O’Connor|oconnor', 'Müller|mueller', 'Zhang|zhang', 'Núñez|nunez', 'van der Berg|vandenberg'],
  feminine: '',
};

export interface Person {
  name: string;
  lastName: string;
  phone: string | null;
  email: string | null;
}

/** The person behind a key: the same for a lead, the contact it became and the next time they turn up. */
export function person(seed: number, key: number): Person {
  const draw = (salt: number) => hash(seed ^ 0x50e5, key, salt);
  const set = nameSet(draw(1) % 100);
  const woman = draw(2) % 100 < 45;
  const [name = '', nameInMail = ''] = pick(woman ? set.women : set.men, draw(3)).split('|');
  const [family = '', familyInMail = ''] = pick(set.families, draw(4)).split('|');
  // Families like Ким do not change.
  const lastName = woman && /[vв]$/.test(family) ? family + set.feminine : family;
  return {
    name,
    // A caller sometimes gives a first name only.
    lastName: draw(5) % 100 < 8 ? '' : lastName,
    phone: draw(6) % 100 < 5 ? null : phone(draw(7), draw(8)),
    email: draw(9) % 100 < 55 ? `${nameInMail}.${familyInMail}${draw(10) % 1000}@${pick(MAIL_DOMAINS, draw(11))}` : null,
  };
}

function nameSet(percent: number): NameSet {
  if (percent < 40) return UZBEK_LATIN;
  if (percent < 55) return UZBEK_CYRILLIC;
  return percent < 93 ? RUSSIAN : FOREIGN;
}

/** Reserved for examples, so no letter can reach anybody. */
const MAIL_DOMAINS = ['example.com', 'example.org', 'example.net'];
const UZBEK_OPERATORS = ['90', '91', '93', '94', '97', '98', '99', '33', '88', '77', '71'];

/** As people type them: with and without spaces, brackets or the plus. */
function phone(kind: number, digits: number): string {
  const number = String(digits % 10_000_000).padStart(7, '0');
  const [first, second, third] = [number.slice(0, 3), number.slice(3, 5), number.slice(5)];
  const percent = kind % 100;
  if (percent < 82) {
    const operator = pick(UZBEK_OPERATORS, kind >>> 8);
    if (percent < 45) return `+998${operator}${number}`;
    if (percent < 70) return `+998 ${operator} ${first}-${second}-${third}`;
    return `998${operator}${number}`;
  }
  if (percent < 94) return `+7 (9${pick(['16', '26', '03', '77'], kind >>> 8)}) ${first}-${second}-${third}`;
  return `${pick(['+90 532 ', '+1 212 ', '+49 151 '], kind >>> 8)}${number}`;
}

const COMPANY_WORDS = [
  'Navro‘z',
  'Samarqand',
  'Buloq',
  'Oq Yo‘l',
  'Registon',
  'Chorsu',
  'Silk',
  'Orient',
  'Азия',
  'Восток',
  'Сервис',
  'Мехнат',
  'Тўлқин',
  'Ҳамкор',
  'Gʻalaba',
  'Prime',
];
const COMPANY_TRADES = [
  'Trade',
  'Build',
  'Logistics',
  'Textile',
  'Medical',
  'Food',
  'Travel',
  'Строй',
  'Транс',
  'Савдо',
  'Qurilish',
  'Agro',
];

/** A company's name by its key, in the legal forms in use there. */
export function companyTitle(seed: number, key: number): string {
  const draw = (salt: number) => hash(seed ^ 0xc0de, key, salt);
  const name = `${pick(COMPANY_WORDS, draw(1))} ${pick(COMPANY_TRADES, draw(2))}`;
  return pick([`ООО «${name}»`, `«${name}» MChJ`, `${name} LLC`, `«${name}» QK`, `АО «${name}»`, `ЧП ${name}`], draw(3));
}

/** Switchboards are lines in Tashkent. */
export function companyPhone(hashed: number): string {
  const digits = String(hashed % 10_000_000).padStart(7, '0');
  return `+998 71 ${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
}

export const companyMail = (seed: number, key: number): string =>
  `info@company${key}.${pick(MAIL_DOMAINS, hash(seed ^ 0xc0de, key, 4))}`;
