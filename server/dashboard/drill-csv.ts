import type { DrillRecord } from '../../contract/dashboard.ts';
import type { Locale } from '../analytics/labels.ts';
import { csvRow } from './csv.ts';

const HEADER: Record<Locale, string[]> = {
  en: ['Title', 'Responsible', 'Amount', 'Currency', 'Time', 'CRM', 'ID', 'Link'],
  ru: ['Название', 'Ответственный', 'Сумма', 'Валюта', 'Время', 'CRM', 'ID', 'Ссылка'],
  uz: ['Nomi', 'Mas’ul', 'Summa', 'Valyuta', 'Vaqt', 'CRM', 'ID', 'Havola'],
};

/** The first line of a file of records. */
export function drillHeader(locale: Locale): string {
  return csvRow(HEADER[locale]);
}

/** A record's line. Its moment is UTC, ISO 8601. */
export function drillLine({ title, owner, value, at, crmSource, externalId, url }: DrillRecord): string {
  const amount = value && { decimal: value.amount };
  return csvRow([title, owner?.name ?? null, amount, value?.currency ?? null, at, crmSource, externalId, url]);
}
