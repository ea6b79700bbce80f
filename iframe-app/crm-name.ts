import type { CrmSource } from '../contract/crm.ts';
import type { Language } from './i18n.ts';

const NAMES: Record<CrmSource, string> = { bitrix24: 'Bitrix24', hubspot: 'HubSpot', zoho: 'Zoho CRM', freshsales: 'Freshsales' };

/** What people call a CRM. Brands are called the same everywhere, but for one that writes itself in Cyrillic. */
export function crmName(crmSource: CrmSource, language: Language): string {
  return crmSource === 'bitrix24' && language === 'ru' ? 'Битрикс24' : NAMES[crmSource];
}
