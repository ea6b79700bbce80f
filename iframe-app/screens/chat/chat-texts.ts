import type { Language } from '../../i18n.ts';

const en = {
  title: 'Conversation',
  welcome: 'Ask for a number of your business. I answer from the copy of your CRM.',
  examples: 'For example:',
  question: 'Your question',
  placeholder: 'How many leads today?',
  send: 'Ask',
  loading: 'Loading…',
  thinking: 'Counting…',
  earlier: 'Show earlier messages',
  you: 'You',
  add: 'Add to dashboard',
  adding: 'Adding…',
  added: 'On the dashboard.',
  showDashboard: 'Show it',
  addRefused: 'It could not be added: it was removed before, or the dashboard is full.',
  notSynced: 'The records for it are still being copied. Ask again when the sync is done.',
  notUnderstood:
    'I did not understand that. I can tell you one number at a time: leads, deals, revenue, conversion, calls, response times, for a person, source or period. I understand English, Russian and Uzbek.',
  gone: 'This answer can no longer be shown.',
  failed: 'That did not work.',
  offline: 'No connection to LeadRelay.',
  tooOften: 'Too many questions at once. Try again in a moment.',
  retry: 'Try again',
};
type ChatTexts = typeof en;

const ru: ChatTexts = {
  title: 'Разговор',
  welcome: 'Спросите о любом показателе вашего бизнеса. Я отвечаю по копии вашей CRM.',
  examples: 'Например:',
  question: 'Ваш вопрос',
  placeholder: 'Сколько лидов сегодня?',
  send: 'Спросить',
  loading: 'Загружаем…',
  thinking: 'Считаем…',
  earlier: 'Показать более ранние сообщения',
  you: 'Вы',
  add: 'Добавить на дашборд',
  adding: 'Добавляем…',
  added: 'Уже на дашборде.',
  showDashboard: 'Показать',
  addRefused: 'Не удалось добавить: виджет уже убирали, или на дашборде больше нет места.',
  notSynced: 'Записи для этого ещё копируются. Спросите снова, когда синхронизация закончится.',
  notUnderstood:
    'Этого я не понял. Я называю по одному числу: лиды, сделки, выручка, конверсия, звонки, время ответа — по сотруднику, источнику или периоду. Понимаю русский, английский и узбекский.',
  gone: 'Этот ответ больше нельзя показать.',
  failed: 'Не получилось.',
  offline: 'Нет связи с LeadRelay.',
  tooOften: 'Слишком много вопросов сразу. Попробуйте чуть позже.',
  retry: 'Повторить',
};

const uz: ChatTexts = {
  title: 'Suhbat',
  welcome: 'Biznesingizning istalgan ko‘rsatkichini so‘rang. Men CRMingiz nusxasidan javob beraman.',
  examples: 'Masalan:',
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
  notSynced: 'Buning yozuvlari hali ko‘chirilmoqda. Sinxronlash tugagach yana so‘rang.',
  notUnderstood:
    'Buni tushunmadim. Men bir martada bitta sonni aytaman: lidlar, bitimlar, tushum, konversiya, qo‘ng‘iroqlar, javob vaqti — xodim, manba yoki davr bo‘yicha. O‘zbek, rus va ingliz tillarini tushunaman.',
  gone: 'Bu javobni endi ko‘rsatib bo‘lmaydi.',
  failed: 'Bo‘lmadi.',
  offline: 'LeadRelay bilan aloqa yo‘q.',
  tooOften: 'Birdaniga juda ko‘p savol. Birozdan keyin urinib ko‘ring.',
  retry: 'Qayta urinish',
};

const kk: ChatTexts = {
  title: 'Әңгіме',
  welcome: 'Бизнесіңіздің кез келген көрсеткішін сұраңыз. Мен CRM көшірмесінен жауап беремін.',
  examples: 'Мысалы:',
  question: 'Сұрағыңыз',
  placeholder: 'Сколько лидов сегодня?',
  send: 'Сұрау',
  loading: 'Жүктелуде…',
  thinking: 'Есептелуде…',
  earlier: 'Бұрынғы хабарламаларды көрсету',
  you: 'Сіз',
  add: 'Дашбордқа қосу',
  adding: 'Қосылуда…',
  added: 'Дашбордта бар.',
  showDashboard: 'Көрсету',
  addRefused: 'Қосылмады: виджет бұрын алынып тасталған немесе дашбордта орын жоқ.',
  notSynced: 'Бұл жазбалар әлі көшірілуде. Синхрондау аяқталғанда қайта сұраңыз.',
  notUnderstood:
    'Мұны түсінбедім. Мен бір жолы бір санды айтамын: лидтер, мәмілелер, түсім, конверсия, қоңыраулар, жауап уақыты — қызметкер, дереккөз немесе кезең бойынша. Әзірге орыс, ағылшын және өзбек тілдерін түсінемін.',
  gone: 'Бұл жауапты енді көрсету мүмкін емес.',
  failed: 'Болмады.',
  offline: 'LeadRelay-мен байланыс жоқ.',
  tooOften: 'Бірден тым көп сұрақ. Сәл кейінірек көріңіз.',
  retry: 'Қайталау',
};

const uk: ChatTexts = {
  title: 'Розмова',
  welcome: 'Запитайте про будь-який показник вашого бізнесу. Я відповідаю за копією вашої CRM.',
  examples: 'Наприклад:',
  question: 'Ваше запитання',
  placeholder: 'How many leads today?',
  send: 'Запитати',
  loading: 'Завантажуємо…',
  thinking: 'Рахуємо…',
  earlier: 'Показати раніші повідомлення',
  you: 'Ви',
  add: 'Додати на дашборд',
  adding: 'Додаємо…',
  added: 'Уже на дашборді.',
  showDashboard: 'Показати',
  addRefused: 'Не вдалося додати: віджет уже прибирали, або на дашборді немає місця.',
  notSynced: 'Записи для цього ще копіюються. Запитайте знову, коли синхронізація завершиться.',
  notUnderstood:
    'Цього я не зрозумів. Я називаю по одному числу: ліди, угоди, виторг, конверсія, дзвінки, час відповіді — за співробітником, джерелом або періодом. Поки що розумію англійську, російську та узбецьку.',
  gone: 'Цю відповідь більше не можна показати.',
  failed: 'Не вдалося.',
  offline: 'Немає зв’язку з LeadRelay.',
  tooOften: 'Забагато запитань одразу. Спробуйте трохи згодом.',
  retry: 'Повторити',
};

const tr: ChatTexts = {
  title: 'Sohbet',
  welcome: 'İşinizle ilgili bir sayı sorun. CRM’inizin kopyasından yanıtlarım.',
  examples: 'Örneğin:',
  question: 'Sorunuz',
  placeholder: 'How many leads today?',
  send: 'Sor',
  loading: 'Yükleniyor…',
  thinking: 'Sayılıyor…',
  earlier: 'Önceki mesajları göster',
  you: 'Siz',
  add: 'Panoya ekle',
  adding: 'Ekleniyor…',
  added: 'Panoda.',
  showDashboard: 'Göster',
  addRefused: 'Eklenemedi: daha önce kaldırılmış ya da panoda yer kalmamış.',
  notSynced: 'Bunun kayıtları hâlâ kopyalanıyor. Eşitleme bitince yeniden sorun.',
  notUnderstood:
    'Bunu anlamadım. Her seferinde tek bir sayı söylerim: lead’ler, anlaşmalar, gelir, dönüşüm, aramalar, yanıt süreleri — kişiye, kaynağa veya döneme göre. Şimdilik İngilizce, Rusça ve Özbekçe anlıyorum.',
  gone: 'Bu yanıt artık gösterilemiyor.',
  failed: 'Olmadı.',
  offline: 'LeadRelay ile bağlantı yok.',
  tooOften: 'Aynı anda çok fazla soru. Biraz sonra deneyin.',
  retry: 'Yeniden dene',
};

export const CHAT_TEXTS: Record<Language, ChatTexts> = { en, ru, uz, kk, uk, tr };

const ENGLISH = ['How many leads do we have?', 'Deals won this month', 'Revenue this year', 'Average deal', 'Conversion rate'];
const RUSSIAN = [
  'Сколько у нас лидов?',
  'Сколько сделок выиграно в этом месяце',
  'Выручка в этом году',
  'Средний чек',
  'Конверсия',
];

/** Questions to click in an empty conversation: in a language they are understood in. */
export const SUGGESTIONS: Record<Language, readonly string[]> = {
  en: ENGLISH,
  ru: RUSSIAN,
  uz: ['Nechta lid bor?', 'Bu oy yutilgan bitimlar', 'O‘rtacha chek', 'Konversiya', 'Ochiq bitimlar'],
  kk: RUSSIAN,
  uk: ENGLISH,
  tr: ENGLISH,
};
