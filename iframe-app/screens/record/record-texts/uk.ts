import type { RecordTexts } from '../record-texts.ts';

export const texts: RecordTexts = {
  notCopied: 'Цей запис ще не скопійовано',
  notCopiedText: 'Він новіший за копію. Він з’явиться тут сам після однієї з найближчих синхронізацій.',
  untitled: 'Без назви',
  stage: 'Стадія',
  inStage:
    '{count, plural, one {# день на цій стадії} few {# дні на цій стадії} many {# днів на цій стадії} other {# дня на цій стадії}}',
  inStageUnderADay: 'Менше дня на цій стадії',
  owner: 'Відповідальний',
  unassigned: 'Ніхто',
  amount: 'Сума',
  source: 'Джерело',
  age: 'Вік',
  days: '{count, plural, one {# день} few {# дні} many {# днів} other {# дня}}',
  underADay: 'Менше дня',
  created: 'Створено {time}',
  closed: 'Закрито {time}',
  activities: 'Справи',
  lastActivity: 'Остання: {time}',
  next: 'Наступний крок',
  noNext: 'Нічого не заплановано',
  noNextText: 'Заплануйте дзвінок або завдання, щоб клієнт не охолов.',
  history: 'Історія стадій',
};
