import type { InstallTexts } from '../install-texts.ts';

export const texts: InstallTexts = {
  title: 'Подключаем LeadRelay к вашему Битрикс24…',
  text: 'Это займёт несколько секунд. Сразу после этого начнётся загрузка данных.',
  doneTitle: 'LeadRelay подключён',
  doneText: 'Битрикс24 открывает приложение. Если ничего не происходит, откройте LeadRelay в левом меню.',
  failedTitle: 'Битрикс24 не завершил установку',
  failedText: 'Ничего не потеряно: повторите или перезагрузите страницу и откройте LeadRelay в левом меню.',
};
