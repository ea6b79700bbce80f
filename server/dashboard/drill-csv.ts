import type { DrillRecord } from '../../contract/dashboard.ts';
import type { Locale } from '../analytics/labels.ts';
import { csvRow } from './csv.ts';
import { MAX_EXPORTED } from './load-drill.ts';

const HEADER: Record<Locale, string[]> = {
  en: ['Title', 'Responsible', 'Amount', 'Currency', 'Time', 'CRM', 'ID', 'Link'],
  ru: ['Название', 'Ответственный', 'Сумма', 'Валюта', 'Время', 'CRM', 'ID', 'Ссылка'],
  uz: ['Nomi', 'Mas’ul', 'Summa', 'Valyuta', 'Vaqt', 'CRM', 'ID', 'Havola'],
  kk: ['Атауы', 'Жауапты', 'Сомасы', 'Валюта', 'Уақыты', 'CRM', 'ID', 'Сілтеме'],
  uk: ['Назва', 'Відповідальний', 'Сума', 'Валюта', 'Час', 'CRM', 'ID', 'Посилання'],
  tr: ['Başlık', 'Sorumlu', 'Tutar', 'Para birimi', 'Zaman', 'CRM', 'ID', 'Bağlantı'],
};

/** What is added to the name of a file that does not hold all records: nobody should add it up for the whole. */
const CUT: Record<Locale, (most: number, total: number) => string> = {
  en: (most, total) => ` (latest ${most} of ${total})`,
  ru: (most, total) => ` (последние ${most} из ${total})`,
  uz: (most, total) => ` (${total} tadan oxirgi ${most} tasi)`,
  kk: (most, total) => ` (${total} ішінен соңғы ${most} жазба)`,
  uk: (most, total) => ` (останні ${most} із ${total})`,
  tr: (most, total) => ` (${total} kaydın son ${most} tanesi)`,
};

/** What a file of records is called, without its ending. */
export function drillFileName(title: string, locale: Locale, total: number): string {
  return total > MAX_EXPORTED ? `${title}${CUT[locale](MAX_EXPORTED, total)}` : title;
}

/** The first line of a file of records. */
export function drillHeader(locale: Locale): string {
  return csvRow(HEADER[locale]);
}

/** A record's line. Its moment is UTC, ISO 8601. */
export function drillLine({ title, owner, value, at, crmSource, externalId, url }: DrillRecord): string {
  const amount = value && { decimal: value.amount };
  return csvRow([title, owner?.name ?? null, amount, value?.currency ?? null, at, crmSource, externalId, url]);
}
