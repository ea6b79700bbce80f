import { PREFIX_DIGITS } from './catalog.ts';

/** Numbers of countries that are not listed here, and numbers that are not written internationally. No country has such a code. */
export const OTHER_COUNTRY = 'other';

const CANADA = `204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468 474 506
  514 519 537 548 568 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942`;
/** The islands and territories that share +1 with the United States. */
const CARIBBEAN = '242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787 809 829 849 868 869 876 939';

/**
 * Calling code -> ISO 3166 country: the CIS, Central Asia, Europe, North America and their largest neighbours. The longest
 * code that a number begins with decides. Source: https://www.itu.int/pub/T-SP-E.164D
 */
const CODES = new Map<string, string>([
  ...listed(
    `7 RU 76 KZ 77 KZ 374 AM 375 BY 373 MD 380 UA 992 TJ 993 TM 994 AZ 995 GE 996 KG 998 UZ 976 MN 93 AF 98 IR 90 TR 972 IL
     971 AE 966 SA 86 CN 91 IN 92 PK 81 JP 82 KR 1 US 30 GR 31 NL 32 BE 33 FR 34 ES 36 HU 39 IT 40 RO 41 CH 43 AT 44 GB 45 DK
     46 SE 47 NO 48 PL 49 DE 350 GI 351 PT 352 LU 353 IE 354 IS 355 AL 356 MT 357 CY 358 FI 359 BG 370 LT 371 LV 372 EE
     376 AD 377 MC 378 SM 381 RS 382 ME 383 XK 385 HR 386 SI 387 BA 389 MK 420 CZ 421 SK 423 LI`,
  ),
  ...CANADA.split(/\s+/).map((area): [string, string] => [`1${area}`, 'CA']),
  ...CARIBBEAN.split(' ').map((area): [string, string] => [`1${area}`, OTHER_COUNTRY]),
]);

function listed(pairs: string): [string, string][] {
  const words = pairs.trim().split(/\s+/);
  return words.flatMap((word, index): [string, string][] => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []));
}

/** ISO code of the country a number is of, by its first digits; `other` where they are of none that is listed. */
export function findCountry(prefix: string): string {
  for (let length = PREFIX_DIGITS; length > 0; length -= 1) {
    const country = prefix.length >= length ? CODES.get(prefix.slice(0, length)) : undefined;
    if (country) return country;
  }
  return OTHER_COUNTRY;
}

/** LIKE patterns that say the same as `findCountry(prefix) === country`: one of `of`, and none of `except`; or `orNone` of these. */
export interface CountryPatterns {
  of: string[];
  except: string[];
  /** Patterns of all listed codes, for the country of whatever has none of them. */
  orNone: string[] | null;
}

export function patternsOf(country: string): CountryPatterns {
  const own = [...CODES].filter(([, one]) => one === country).map(([code]) => code);
  const longer = [...CODES.keys()].filter((code) => own.some((one) => code !== one && code.startsWith(one)));
  const patterns = (codes: readonly string[]) => codes.map((code) => `${code}%`);
  return { of: patterns(own), except: patterns(longer), orNone: country === OTHER_COUNTRY ? patterns([...CODES.keys()]) : null };
}
