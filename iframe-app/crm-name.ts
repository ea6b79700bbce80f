import type { CrmSource } from '../contract/crm.ts';
import type { Language } from './i18n.ts';

const NAMES: Record<CrmSource, string> = { bitrix24: 'Bitrix24', hubspot: 'HubSpot', zoho: 'Zoho CRM', freshsales: 'Freshsales' };

/** Where the brand writes itself in Cyrillic. */
const BITRIX24_NAMES: Partial<Record<Language, string>> = { ru: 'Битрикс24', kk: 'Битрикс24', uk: 'Бітрікс24' };

/** What people call a CRM. Brands are called the same everywhere, but for one. */
export function crmName(crmSource: CrmSource, language: Language): string {
  return (crmSource === 'bitrix24' && BITRIX24_NAMES[language]) || NAMES[crmSource];
}
