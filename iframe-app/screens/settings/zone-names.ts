import type { Language } from '../../i18n.ts';

/** A city by the zone that is named after it, in the languages whose browsers have no names of cities: all but English. */
const CITIES = `
Asia/Tashkent|Ташкент|Toshkent|Ташкент|Ташкент|Taşkent
Asia/Samarkand|Самарканд|Samarqand|Самарқанд|Самарканд|Semerkant
Asia/Almaty|Алматы|Olmaota|Алматы|Алмати|Almatı
Asia/Aqtau|Актау|Oqtov|Ақтау|Актау|Aktau
Asia/Aqtobe|Актобе|Oqto‘be|Ақтөбе|Актобе|Aktöbe
Asia/Atyrau|Атырау|Atirau|Атырау|Атирау|Atırav
Asia/Oral|Уральск|Oral|Орал|Уральськ|Oral
Asia/Qostanay|Костанай|Qo‘stanay|Қостанай|Костанай|Kostanay
Asia/Qyzylorda|Кызылорда|Qizilo‘rda|Қызылорда|Кизилорда|Kızılorda
Asia/Bishkek|Бишкек|Bishkek|Бішкек|Бішкек|Bişkek
Asia/Dushanbe|Душанбе|Dushanbe|Душанбе|Душанбе|Duşanbe
Asia/Ashgabat|Ашхабад|Ashxobod|Ашхабад|Ашгабат|Aşkabat
Asia/Baku|Баку|Boku|Баку|Баку|Bakü
Asia/Tbilisi|Тбилиси|Tbilisi|Тбилиси|Тбілісі|Tiflis
Asia/Yerevan|Ереван|Yerevan|Ереван|Єреван|Erivan
Europe/Istanbul|Стамбул|Istanbul|Стамбұл|Стамбул|İstanbul
Europe/Kiev|Киев|Kiyev|Киев|Київ|Kiev
Europe/Kyiv|Киев|Kiyev|Киев|Київ|Kiev
Europe/Minsk|Минск|Minsk|Минск|Мінськ|Minsk
Europe/Chisinau|Кишинёв|Kishinyov|Кишинев|Кишинів|Kişinev
Europe/Moscow|Москва|Moskva|Мәскеу|Москва|Moskova
Europe/Kaliningrad|Калининград|Kaliningrad|Калининград|Калінінград|Kaliningrad
Europe/Kirov|Киров|Kirov|Киров|Кіров|Kirov
Europe/Volgograd|Волгоград|Volgograd|Волгоград|Волгоград|Volgograd
Europe/Simferopol|Симферополь|Simferopol|Симферополь|Сімферополь|Akmescit
Europe/Astrakhan|Астрахань|Astraxan|Астрахан|Астрахань|Astrahan
Europe/Samara|Самара|Samara|Самара|Самара|Samara
Europe/Saratov|Саратов|Saratov|Саратов|Саратов|Saratov
Europe/Ulyanovsk|Ульяновск|Ulyanovsk|Ульяновск|Ульяновськ|Ulyanovsk
Asia/Yekaterinburg|Екатеринбург|Yekaterinburg|Екатеринбург|Єкатеринбург|Yekaterinburg
Asia/Omsk|Омск|Omsk|Омбы|Омськ|Omsk
Asia/Novosibirsk|Новосибирск|Novosibirsk|Новосібір|Новосибірськ|Novosibirsk
Asia/Barnaul|Барнаул|Barnaul|Барнаул|Барнаул|Barnaul
Asia/Tomsk|Томск|Tomsk|Томск|Томськ|Tomsk
Asia/Novokuznetsk|Новокузнецк|Novokuznetsk|Новокузнецк|Новокузнецьк|Novokuznetsk
Asia/Krasnoyarsk|Красноярск|Krasnoyarsk|Красноярск|Красноярськ|Krasnoyarsk
Asia/Irkutsk|Иркутск|Irkutsk|Иркутск|Іркутськ|İrkutsk
Asia/Chita|Чита|Chita|Чита|Чита|Çita
Asia/Yakutsk|Якутск|Yakutsk|Якутск|Якутськ|Yakutsk
Asia/Khandyga|Хандыга|Xandiga|Хандыга|Хандига|Handıga
Asia/Vladivostok|Владивосток|Vladivostok|Владивосток|Владивосток|Vladivostok
Asia/Ust-Nera|Усть-Нера|Ust-Nera|Усть-Нера|Усть-Нера|Ust-Nera
Asia/Magadan|Магадан|Magadan|Магадан|Магадан|Magadan
Asia/Sakhalin|Сахалин|Saxalin|Сахалин|Сахалін|Sahalin
Asia/Srednekolymsk|Среднеколымск|Srednekolimsk|Среднеколымск|Середньоколимськ|Srednekolımsk
Asia/Kamchatka|Камчатка|Kamchatka|Камчатка|Камчатка|Kamçatka
Asia/Anadyr|Анадырь|Anadir|Анадырь|Анадир|Anadır
Europe/London|Лондон|London|Лондон|Лондон|Londra
Europe/Paris|Париж|Parij|Париж|Париж|Paris
Europe/Berlin|Берлин|Berlin|Берлин|Берлін|Berlin
Europe/Madrid|Мадрид|Madrid|Мадрид|Мадрид|Madrid
Europe/Rome|Рим|Rim|Рим|Рим|Roma
Europe/Vienna|Вена|Vena|Вена|Відень|Viyana
Europe/Warsaw|Варшава|Varshava|Варшава|Варшава|Varşova
Europe/Prague|Прага|Praga|Прага|Прага|Prag
Europe/Vilnius|Вильнюс|Vilnyus|Вильнюс|Вільнюс|Vilnius
Europe/Riga|Рига|Riga|Рига|Рига|Riga
Europe/Tallinn|Таллин|Tallin|Таллин|Таллінн|Tallinn
Europe/Helsinki|Хельсинки|Xelsinki|Хельсинки|Гельсінкі|Helsinki
Europe/Athens|Афины|Afina|Афина|Афіни|Atina
Europe/Sofia|София|Sofiya|София|Софія|Sofya
Europe/Bucharest|Бухарест|Buxarest|Бухарест|Бухарест|Bükreş
Europe/Belgrade|Белград|Belgrad|Белград|Белград|Belgrad
Asia/Jerusalem|Иерусалим|Quddus|Иерусалим|Єрусалим|Kudüs
Africa/Cairo|Каир|Qohira|Каир|Каїр|Kahire
Asia/Dubai|Дубай|Dubay|Дубай|Дубай|Dubai
Asia/Riyadh|Эр-Рияд|Ar-Riyod|Эр-Рияд|Ер-Ріяд|Riyad
Asia/Tehran|Тегеран|Tehron|Тегеран|Тегеран|Tahran
Asia/Kabul|Кабул|Kobul|Кабул|Кабул|Kabil
Asia/Karachi|Карачи|Karachi|Карачи|Карачі|Karaçi
Asia/Calcutta|Индия (Калькутта)|Hindiston (Kalkutta)|Үндістан (Калькутта)|Індія (Калькутта)|Hindistan (Kalküta)
Asia/Kolkata|Индия (Калькутта)|Hindiston (Kalkutta)|Үндістан (Калькутта)|Індія (Калькутта)|Hindistan (Kalküta)
Asia/Dhaka|Дакка|Dakka|Дакка|Дакка|Dakka
Asia/Bangkok|Бангкок|Bangkok|Бангкок|Бангкок|Bangkok
Asia/Shanghai|Шанхай|Shanxay|Шанхай|Шанхай|Şanghay
Asia/Urumqi|Урумчи|Urumchi|Үрімжі|Урумчі|Urumçi
Asia/Hong_Kong|Гонконг|Gonkong|Гонконг|Гонконг|Hong Kong
Asia/Singapore|Сингапур|Singapur|Сингапур|Сінгапур|Singapur
Asia/Ulaanbaatar|Улан-Батор|Ulan-Bator|Ұлан-Батор|Улан-Батор|Ulan Batur
Asia/Tokyo|Токио|Tokio|Токио|Токіо|Tokyo
Asia/Seoul|Сеул|Seul|Сеул|Сеул|Seul
Australia/Sydney|Сидней|Sidney|Сидней|Сідней|Sidney
America/New_York|Нью-Йорк|Nyu-York|Нью-Йорк|Нью-Йорк|New York
America/Toronto|Торонто|Toronto|Торонто|Торонто|Toronto
America/Chicago|Чикаго|Chikago|Чикаго|Чикаго|Chicago
America/Denver|Денвер|Denver|Денвер|Денвер|Denver
America/Los_Angeles|Лос-Анджелес|Los-Anjeles|Лос-Анджелес|Лос-Анджелес|Los Angeles
America/Sao_Paulo|Сан-Паулу|San-Paulu|Сан-Паулу|Сан-Паулу|São Paulo
`;

const COLUMNS: readonly Language[] = ['ru', 'uz', 'kk', 'uk', 'tr'];
const NAMES = new Map(
  CITIES.trim()
    .split('\n')
    .map((line) => {
      const [zone = '', ...names] = line.split('|');
      return [zone, new Map(COLUMNS.map((language, index) => [language, names[index] ?? '']))] as const;
    }),
);

/**
 * The city a zone is named after. Browsers name neither cities (Chromium leaves them out in every language) nor, in Uzbek and Kazakh,
 * anything else of zones, and their names of whole zones are a jumble of countries and of times of day: so these are ours, of the
 * countries our customers are in and those they call. Elsewhere it is the English one.
 */
export function cityOf(zone: string, language: Language): string {
  const english = zone.slice(zone.indexOf('/') + 1).replaceAll('_', ' ');
  return NAMES.get(zone)?.get(language) ?? english;
}
