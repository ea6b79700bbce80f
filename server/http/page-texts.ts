/** What the pages say that come before the app, or without it. */
export interface PageTexts {
  signingIn: string;
  usedTitle: string;
  usedText: string;
  noAnswerTitle: string;
  noAnswerText: string;
  outsideTitle: string;
  outsideText: string;
  /** Why the app's page did not come. */
  notConfirmed: string;
  refused: string;
  tooOften: string;
  crmNoAnswer: string;
  failed: string;
  nothingHere: string;
  unreadable: string;
}

export const PAGE_TEXTS = {
  en: {
    signingIn: 'Signing in…',
    usedTitle: 'This link no longer works',
    usedText: 'This link was used already or is too old. Each npm start with --webhook prints a new one.',
    noAnswerTitle: 'LeadRelay did not answer',
    noAnswerText: 'Check that it runs and that you are online, then open the link again.',
    outsideTitle: 'LeadRelay works inside Bitrix24',
    outsideText: 'Open it from the left menu of your portal. Not there yet? An administrator installs it from the Market.',
    notConfirmed: 'Bitrix24 did not confirm who is asking. Open LeadRelay again from the Bitrix24 menu.',
    refused: 'Your Bitrix24 does not let applications in at present.',
    tooOften: 'Too many attempts. Try again in a minute.',
    crmNoAnswer: 'Bitrix24 did not answer. Try again in a moment.',
    failed: 'Something went wrong on our side. Try again in a minute.',
    nothingHere: 'There is nothing at this address. Open LeadRelay from the Bitrix24 menu.',
    unreadable: 'The request could not be read. Open LeadRelay again from the Bitrix24 menu.',
  },
  ru: {
    signingIn: 'Входим…',
    usedTitle: 'Эта ссылка больше не работает',
    usedText: 'Ссылкой уже воспользовались, или она устарела. Каждый npm start с --webhook выдаёт новую.',
    noAnswerTitle: 'LeadRelay не отвечает',
    noAnswerText: 'Проверьте, что он запущен и что есть соединение, и откройте ссылку снова.',
    outsideTitle: 'LeadRelay работает внутри Битрикс24',
    outsideText: 'Откройте его в левом меню портала. Его там ещё нет? Администратор устанавливает его из Маркета.',
    notConfirmed: 'Битрикс24 не подтвердил, кто обращается. Откройте LeadRelay заново из меню Битрикс24.',
    refused: 'Ваш Битрикс24 сейчас не пускает приложения.',
    tooOften: 'Слишком много попыток. Повторите через минуту.',
    crmNoAnswer: 'Битрикс24 не отвечает. Повторите чуть позже.',
    failed: 'Что-то пошло не так на нашей стороне. Повторите через минуту.',
    nothingHere: 'По этому адресу ничего нет. Откройте LeadRelay из меню Битрикс24.',
    unreadable: 'Запрос не удалось прочитать. Откройте LeadRelay заново из меню Битрикс24.',
  },
  uz: {
    signingIn: 'Kirilmoqda…',
    usedTitle: 'Bu havola endi ishlamaydi',
    usedText: 'Havoladan allaqachon foydalanilgan yoki u eskirgan. Har bir npm start --webhook bilan yangisini beradi.',
    noAnswerTitle: 'LeadRelay javob bermayapti',
    noAnswerText: 'U ishga tushganini va internet borligini tekshirib, havolani qayta oching.',
    outsideTitle: 'LeadRelay Bitrix24 ichida ishlaydi',
    outsideText: 'Uni portalingizning chap menyusidan oching. U yerda yo‘qmi? Administrator uni Marketdan o‘rnatadi.',
    notConfirmed: 'Bitrix24 kim murojaat qilayotganini tasdiqlamadi. LeadRelayni Bitrix24 menyusidan qayta oching.',
    refused: 'Bitrix24 portalingiz hozir ilovalarga ruxsat bermayapti.',
    tooOften: 'Urinishlar juda ko‘p. Bir daqiqadan so‘ng qayta urinib ko‘ring.',
    crmNoAnswer: 'Bitrix24 javob bermayapti. Birozdan so‘ng qayta urinib ko‘ring.',
    failed: 'Biz tomonda xatolik yuz berdi. Bir daqiqadan so‘ng qayta urinib ko‘ring.',
    nothingHere: 'Bu manzilda hech narsa yo‘q. LeadRelayni Bitrix24 menyusidan oching.',
    unreadable: 'So‘rovni o‘qib bo‘lmadi. LeadRelayni Bitrix24 menyusidan qayta oching.',
  },
  kk: {
    signingIn: 'Кіру…',
    usedTitle: 'Бұл сілтеме енді жұмыс істемейді',
    usedText: 'Сілтеме бұрын пайдаланылған немесе ескірген. Әр npm start --webhook жаңасын береді.',
    noAnswerTitle: 'LeadRelay жауап бермейді',
    noAnswerText: 'Оның іске қосылғанын және байланыс барын тексеріп, сілтемені қайта ашыңыз.',
    outsideTitle: 'LeadRelay Битрикс24 ішінде жұмыс істейді',
    outsideText: 'Оны порталдың сол жақ мәзірінен ашыңыз. Ол жерде жоқ па? Әкімші оны Маркеттен орнатады.',
    notConfirmed: 'Битрикс24 кім сұрап тұрғанын растамады. LeadRelay-ді Битрикс24 мәзірінен қайта ашыңыз.',
    refused: 'Сіздің Битрикс24 қазір қолданбаларды кіргізбейді.',
    tooOften: 'Әрекет тым көп. Бір минуттан кейін қайталаңыз.',
    crmNoAnswer: 'Битрикс24 жауап бермейді. Сәл кейінірек қайталаңыз.',
    failed: 'Біздің тарапта қате шықты. Бір минуттан кейін қайталаңыз.',
    nothingHere: 'Бұл мекенжайда ештеңе жоқ. LeadRelay-ді Битрикс24 мәзірінен ашыңыз.',
    unreadable: 'Сұрауды оқу мүмкін болмады. LeadRelay-ді Битрикс24 мәзірінен қайта ашыңыз.',
  },
  uk: {
    signingIn: 'Входимо…',
    usedTitle: 'Це посилання більше не працює',
    usedText: 'Посиланням уже скористалися, або воно застаріло. Кожен npm start із --webhook видає нове.',
    noAnswerTitle: 'LeadRelay не відповідає',
    noAnswerText: 'Перевірте, що його запущено і що є з’єднання, та відкрийте посилання знову.',
    outsideTitle: 'LeadRelay працює всередині Бітрікс24',
    outsideText: 'Відкрийте його в лівому меню порталу. Його там ще немає? Адміністратор встановлює його з Маркету.',
    notConfirmed: 'Бітрікс24 не підтвердив, хто звертається. Відкрийте LeadRelay знову з меню Бітрікс24.',
    refused: 'Ваш Бітрікс24 зараз не пускає застосунки.',
    tooOften: 'Забагато спроб. Повторіть за хвилину.',
    crmNoAnswer: 'Бітрікс24 не відповідає. Повторіть трохи згодом.',
    failed: 'Щось пішло не так на нашому боці. Повторіть за хвилину.',
    nothingHere: 'За цією адресою нічого немає. Відкрийте LeadRelay з меню Бітрікс24.',
    unreadable: 'Запит не вдалося прочитати. Відкрийте LeadRelay знову з меню Бітрікс24.',
  },
  tr: {
    signingIn: 'Giriş yapılıyor…',
    usedTitle: 'Bu bağlantı artık çalışmıyor',
    usedText: 'Bağlantı zaten kullanılmış veya süresi dolmuş. Her npm start --webhook yeni bir tane verir.',
    noAnswerTitle: 'LeadRelay yanıt vermiyor',
    noAnswerText: 'Çalıştığını ve çevrimiçi olduğunuzu kontrol edip bağlantıyı yeniden açın.',
    outsideTitle: 'LeadRelay, Bitrix24 içinde çalışır',
    outsideText: 'Portalınızın sol menüsünden açın. Orada yok mu? Bir yönetici onu Market’ten yükler.',
    notConfirmed: 'Bitrix24 kimin sorduğunu doğrulamadı. LeadRelay’i Bitrix24 menüsünden yeniden açın.',
    refused: 'Bitrix24 hesabınız şu anda uygulamalara izin vermiyor.',
    tooOften: 'Çok fazla deneme. Bir dakika sonra yeniden deneyin.',
    crmNoAnswer: 'Bitrix24 yanıt vermiyor. Biraz sonra yeniden deneyin.',
    failed: 'Bizim tarafımızda bir hata oluştu. Bir dakika sonra yeniden deneyin.',
    nothingHere: 'Bu adreste bir şey yok. LeadRelay’i Bitrix24 menüsünden açın.',
    unreadable: 'İstek okunamadı. LeadRelay’i Bitrix24 menüsünden yeniden açın.',
  },
} satisfies Record<string, PageTexts>;

export type PageLanguage = keyof typeof PAGE_TEXTS;
export const PAGE_LANGUAGES = Object.keys(PAGE_TEXTS) as PageLanguage[];
