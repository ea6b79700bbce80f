import type { InstallTexts } from '../install-texts.ts';

export const texts: InstallTexts = {
  title: 'Підключаємо LeadRelay до вашого Бітрікс24…',
  text: 'Це займе кілька секунд. Одразу після цього почнеться завантаження даних.',
  doneTitle: 'LeadRelay підключено',
  doneText: 'Бітрікс24 відкриває застосунок. Якщо нічого не відбувається, відкрийте LeadRelay у лівому меню.',
  failedTitle: 'Бітрікс24 не завершив встановлення',
  failedText: 'Нічого не втрачено: повторіть або перезавантажте сторінку й відкрийте LeadRelay у лівому меню.',
};
