import type { DeletionTexts } from '../deletion-texts.ts';

export const texts: DeletionTexts = {
  title: 'Barcha ma’lumotlar o‘chirilmoqda',
  text: 'Buni administrator so‘radi. {time} gacha bekor qilish mumkin, keyin hammasi butunlay o‘chiriladi.',
  noDate: 'Buni administrator so‘radi. 30 kun ichida bekor qilish mumkin, keyin hammasi butunlay o‘chiriladi.',
  undo: 'Bekor qilish ({time} gacha)',
  undoNow: 'Bekor qilish',
  ask: 'O‘chirishni shu yerda LeadRelay administratori bekor qila oladi.',
  after: 'Shundan keyin LeadRelay’ni Bitrix24 menyusidan yana bir marta oching: u CRMingizga qaytadan ulanadi.',
  tooLate: 'Endi bekor qilib bo‘lmaydi.',
  failed: 'Bo‘lmadi. Bir daqiqadan keyin qayta urinib ko‘ring.',
};
