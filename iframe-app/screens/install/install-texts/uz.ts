import type { InstallTexts } from '../install-texts.ts';

export const texts: InstallTexts = {
  title: 'LeadRelay Bitrix24 portalingizga ulanmoqda…',
  text: 'Bu bir necha soniya oladi. Shundan so‘ng ma’lumotlar yuklana boshlaydi.',
  doneTitle: 'LeadRelay ulandi',
  doneText: 'Bitrix24 ilovani ochmoqda. Hech narsa o‘zgarmasa, LeadRelayni chap menyudan oching.',
  failedTitle: 'Bitrix24 o‘rnatishni yakunlamadi',
  failedText: 'Hech narsa yo‘qolmadi: qayta urinib ko‘ring yoki sahifani yangilab, LeadRelayni chap menyudan oching.',
};
