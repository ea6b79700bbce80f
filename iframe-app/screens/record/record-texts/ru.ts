import type { RecordTexts } from '../record-texts.ts';

export const texts: RecordTexts = {
  notCopied: 'Эта запись ещё не скопирована',
  notCopiedText: 'Она новее копии. Она появится здесь сама после одной из ближайших синхронизаций.',
  untitled: 'Без названия',
  stage: 'Стадия',
  inStage:
    '{count, plural, one {# день на этой стадии} few {# дня на этой стадии} many {# дней на этой стадии} other {# дня на этой стадии}}',
  inStageUnderADay: 'Меньше дня на этой стадии',
  owner: 'Ответственный',
  unassigned: 'Никто',
  amount: 'Сумма',
  source: 'Источник',
  age: 'Возраст',
  days: '{count, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
  underADay: 'Меньше дня',
  created: 'Создано {time}',
  closed: 'Закрыто {time}',
  activities: 'Дела',
  lastActivity: 'Последнее: {time}',
  next: 'Следующий шаг',
  noNext: 'Ничего не запланировано',
  noNextText: 'Запланируйте звонок или задачу, чтобы клиент не остыл.',
  history: 'История стадий',
};
