import type { ChatTexts } from '../chat-texts.ts';

export const texts: ChatTexts = {
  title: 'Suhbat',
  welcome: 'Biznesingizning istalgan ko‘rsatkichini so‘rang. Men CRMingiz nusxasidan javob beraman.',
  examples: 'Masalan:',
  'example.1': 'Nechta lid bor?',
  'example.2': 'Bu oy yutilgan bitimlar',
  'example.3': 'O‘rtacha chek',
  'example.4': 'Konversiya',
  'example.5': 'Ochiq bitimlar',
  question: 'Savolingiz',
  placeholder: 'Bugun nechta lid?',
  send: 'So‘rash',
  loading: 'Yuklanmoqda…',
  thinking: 'Hisoblanmoqda…',
  earlier: 'Oldingi xabarlarni ko‘rsatish',
  you: 'Siz',
  add: 'Dashbordga qo‘shish',
  adding: 'Qo‘shilmoqda…',
  added: 'Dashbordda bor.',
  showDashboard: 'Ko‘rsatish',
  addRefused: 'Qo‘shib bo‘lmadi: vidjet avval olib tashlangan yoki dashbordda joy qolmagan.',
  fixedDates:
    'Bu aniq sanalar uchun, shuning uchun uni dashbordga qo‘shib bo‘lmaydi. U yerda davrlar o‘zi suriladi: shu oy, o‘tgan oy, so‘nggi 30 kun.',
  ranking: 'Kim eng yaxshi ekanini o‘zingiz hal qilasiz. Kim nechta bitim yutgani:',
  notSynced: 'Buning yozuvlari hali ko‘chirilmoqda. Sinxronlash tugagach yana so‘rang.',
  notUnderstood:
    'Buni tushunmadim. Men bir martada bitta sonni aytaman: lidlar, bitimlar, tushum, konversiya, qo‘ng‘iroqlar, javob vaqti — xodim, manba yoki davr bo‘yicha. O‘zbek, rus va ingliz tillarini tushunaman.',
  gone: 'Bu javobni endi ko‘rsatib bo‘lmaydi.',
  failed: 'Bo‘lmadi.',
  offline: 'LeadRelay bilan aloqa yo‘q.',
  tooOften:
    '{count, plural, one {Birdaniga juda ko‘p savol. # soniyadan keyin urinib ko‘ring.} other {Birdaniga juda ko‘p savol. # soniyadan keyin urinib ko‘ring.}}',
  tooMany: 'Bir kunlik savollar tugadi. Keyingi savolni berish mumkin bo‘lgan vaqt: {time}.',
  retry: 'Qayta urinish',
};
