import type { Language } from '../../i18n.ts';

const en = {
  title: 'All data is being deleted',
  text: 'An administrator asked for it. Until {time} it can be undone; then everything is erased for good.',
  noDate: 'An administrator asked for it. It can be undone for 30 days; then everything is erased for good.',
  undo: 'Undo until {time}',
  undoNow: 'Undo',
  ask: 'An administrator of LeadRelay can undo it here.',
  after: 'After that, open LeadRelay from the Bitrix24 menu once more: it connects to your CRM anew.',
  tooLate: 'It is too late to undo it.',
  failed: 'That did not work. Try again in a minute.',
};
type DeletionTexts = typeof en;

const ru: DeletionTexts = {
  title: 'Все данные удаляются',
  text: 'Так решил администратор. До {time} это можно отменить, потом всё будет стёрто навсегда.',
  noDate: 'Так решил администратор. Отменить это можно в течение 30 дней, потом всё будет стёрто навсегда.',
  undo: 'Отменить (до {time})',
  undoNow: 'Отменить',
  ask: 'Отменить удаление здесь может администратор LeadRelay.',
  after: 'После этого откройте LeadRelay из меню Битрикс24 ещё раз: он заново подключится к вашей CRM.',
  tooLate: 'Отменить уже нельзя.',
  failed: 'Не получилось. Попробуйте ещё раз через минуту.',
};

const uz: DeletionTexts = {
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

const kk: DeletionTexts = {
  title: 'Барлық деректер жойылуда',
  text: 'Мұны әкімші сұрады. {time} дейін болдырмауға болады, содан кейін бәрі біржола жойылады.',
  noDate: 'Мұны әкімші сұрады. 30 күн ішінде болдырмауға болады, содан кейін бәрі біржола жойылады.',
  undo: 'Болдырмау ({time} дейін)',
  undoNow: 'Болдырмау',
  ask: 'Жоюды осы жерде LeadRelay әкімшісі болдырмай алады.',
  after: 'Содан кейін LeadRelay-ді Bitrix24 мәзірінен тағы бір рет ашыңыз: ол CRM-ге қайта қосылады.',
  tooLate: 'Енді болдырмауға болмайды.',
  failed: 'Болмады. Бір минуттан кейін қайталап көріңіз.',
};

const uk: DeletionTexts = {
  title: 'Усі дані видаляються',
  text: 'Так вирішив адміністратор. До {time} це можна скасувати, потім усе буде стерто назавжди.',
  noDate: 'Так вирішив адміністратор. Скасувати це можна протягом 30 днів, потім усе буде стерто назавжди.',
  undo: 'Скасувати (до {time})',
  undoNow: 'Скасувати',
  ask: 'Скасувати видалення тут може адміністратор LeadRelay.',
  after: 'Після цього відкрийте LeadRelay з меню Бітрікс24 ще раз: він знову підключиться до вашої CRM.',
  tooLate: 'Скасувати вже не можна.',
  failed: 'Не вдалося. Спробуйте ще раз за хвилину.',
};

const tr: DeletionTexts = {
  title: 'Tüm veriler siliniyor',
  text: 'Bunu bir yönetici istedi. {time} tarihine kadar geri alınabilir; sonra her şey kalıcı olarak silinir.',
  noDate: 'Bunu bir yönetici istedi. 30 gün içinde geri alınabilir; sonra her şey kalıcı olarak silinir.',
  undo: 'Geri al (son: {time})',
  undoNow: 'Geri al',
  ask: 'Silmeyi burada bir LeadRelay yöneticisi geri alabilir.',
  after: 'Ardından LeadRelay’i Bitrix24 menüsünden bir kez daha açın: CRM’inize yeniden bağlanır.',
  tooLate: 'Artık geri alınamaz.',
  failed: 'Olmadı. Bir dakika sonra yeniden deneyin.',
};

export const DELETION_TEXTS: Record<Language, DeletionTexts> = { en, ru, uz, kk, uk, tr };
