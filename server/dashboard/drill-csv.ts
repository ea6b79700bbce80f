import type { DrillRecord } from '../../contract/dashboard.ts';
import type { Locale } from '../analytics/labels.ts';
import { csvRow, dialectOf } from './csv.ts';
import { MAX_EXPORTED } from './load-drill.ts';

const HEADER: Record<Locale, Record<'title' | 'owner' | 'amount' | 'currency' | 'at' | 'url', string>> = {
  en: { title: 'Title', owner: 'Responsible', amount: 'Amount', currency: 'Currency', at: 'Time', url: 'Link' },
  ru: { title: 'Название', owner: 'Ответственный', amount: 'Сумма', currency: 'Валюта', at: 'Время', url: 'Ссылка' },
  uz: { title: 'Nomi', owner: 'Mas’ul', amount: 'Summa', currency: 'Valyuta', at: 'Vaqt', url: 'Havola' },
  kk: { title: 'Атауы', owner: 'Жауапты', amount: 'Сомасы', currency: 'Валюта', at: 'Уақыты', url: 'Сілтеме' },
  uk: { title: 'Назва', owner: 'Відповідальний', amount: 'Сума', currency: 'Валюта', at: 'Час', url: 'Посилання' },
  tr: { title: 'Başlık', owner: 'Sorumlu', amount: 'Tutar', currency: 'Para birimi', at: 'Zaman', url: 'Bağlantı' },
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

/** The first line of a file of records. Its second column of amounts is what a sum of them adds up. */
export function drillHeader(locale: Locale, displayCurrency: string): string {
  const { title, owner, amount, currency, at, url } = HEADER[locale];
  return csvRow([title, owner, amount, currency, `${amount} (${displayCurrency})`, at, 'CRM', 'ID', url], dialectOf(locale));
}

/** A record's line. Its moment is UTC, ISO 8601. */
export function drillLine({ title, owner, value, worth, at, crmSource, externalId, url }: DrillRecord, locale: Locale): string {
  const amount = value && { decimal: value.amount };
  const converted = worth && { decimal: worth.amount };
  const cells = [title, owner?.name ?? null, amount, value?.currency ?? null, converted, at, crmSource, externalId, url];
  return csvRow(cells, dialectOf(locale));
}
