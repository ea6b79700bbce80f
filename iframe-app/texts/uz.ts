import type { AppTexts, OwnWords } from '../i18n.ts';

export const words: OwnWords = {
  months: ['yanvar', 'fevral', 'mart', 'aprel', 'may', 'iyun', 'iyul', 'avgust', 'sentabr', 'oktabr', 'noyabr', 'dekabr'],
  shortMonths: ['yan', 'fev', 'mar', 'apr', 'may', 'iyn', 'iyl', 'avg', 'sen', 'okt', 'noy', 'dek'],
  day: '{day}-{month}',
  dayOfYear: '{day}-{month}, {year}',
  powers: [
    { from: 1e12, word: 'trln' },
    { from: 1e9, word: 'mlrd' },
    { from: 1e6, word: 'mln' },
    { from: 1e3, word: 'ming' },
  ],
  currencies: { UZS: 'soʻm' },
};

export const texts: AppTexts = {
  'app.name': 'LeadRelay',
  'app.title': 'Savdo ko‘rsatkichlari',

  'action.refresh': 'Yangilash',
  'action.refreshing': 'Yangilanmoqda…',
  'action.retry': 'Qayta urinish',
  'action.restartSync': 'Qayta boshlash',
  'action.resumeSync': 'Davom ettirish',
  'action.settings': 'Sozlamalar',
  'view.chat': 'Chat',
  'view.dashboard': 'Dashbord',
  'action.track': 'Nimani kuzatish',

  'install.title': 'LeadRelay Bitrix24 portalingizga ulanmoqda…',
  'install.text': 'Bu bir necha soniya oladi. Shundan so‘ng ma’lumotlar yuklana boshlaydi.',
  'install.doneTitle': 'LeadRelay ulandi',
  'install.doneText': 'Bitrix24 ilovani ochmoqda. Hech narsa o‘zgarmasa, LeadRelayni chap menyudan oching.',
  'install.failedTitle': 'Bitrix24 o‘rnatishni yakunlamadi',
  'install.failedText': 'Hech narsa yo‘qolmadi: qayta urinib ko‘ring yoki sahifani yangilab, LeadRelayni chap menyudan oching.',

  'notice.ask_admin.title': 'Avval administratordan LeadRelayni ochishini so‘rang',
  'notice.ask_admin.text':
    'LeadRelay bu portalda hali sozlanmagan. Bitrix24 administratorining bir marta bosishi yetarli, keyin ilova hamma uchun ishlaydi.',
  'notice.not_installed.title': 'LeadRelay bu portalga o‘rnatilmagan',
  'notice.not_installed.text': 'Uni Bitrix24 Marketdan o‘rnating, so‘ng shu yerda qayta oching.',
  'notice.reopen.title': 'LeadRelayni qayta oching',
  'notice.reopen.text': 'Seans tugadi. Bu sahifani yoping va LeadRelayni Bitrix24 menyusidan oching.',
  'notice.no_access.title': 'Sizga ruxsat yopilgan',
  'notice.no_access.text': 'Uni LeadRelay administratori sozlamalarda qaytara oladi.',
  'notice.broken.title': 'LeadRelay ishga tushmadi',
  'notice.broken.text': 'Sahifa to‘liq yuklanmadi. Uni yangilang; yordam bermasa, LeadRelayni Bitrix24 menyusidan oching.',

  'sync.title': 'CRM ma’lumotlaringiz yuklanmoqda…',
  'sync.connecting': 'CRM tizimingizga ulanmoqda…',
  'sync.progress': 'Yuklash jarayoni',
  'sync.progress.leads': '{done} / {count, number} lid',
  'sync.progress.deals': '{done} / {count, number} bitim',
  'sync.progress.contacts': '{done} / {count, number} kontakt',
  'sync.progress.companies': '{done} / {count, number} kompaniya',
  'sync.progress.activities': '{done} / {count, number} faollik',
  'sync.progress.stageHistory': '{done} / {count, number} bosqich o‘zgarishi',
  'sync.hint': 'Katta portallarda odatda 15–30 daqiqa ketadi. Sahifani yopishingiz mumkin: yuklash sizsiz davom etadi.',
  'sync.minutesLeft': 'Taxminan {count, number} daqiqa qoldi',
  'sync.rate': 'soniyasiga ≈\u00a0{count, number} ta yozuv',
  'sync.coveredFrom': '{month} oyidan beri yuklangan',
  'sync.estimating': 'Qolgan vaqt hisoblanmoqda…',
  'sync.underAMinute': 'Bir daqiqadan kam qoldi',
  'sync.partial': 'Ma’lumotlar yuklangani sari ko‘rsatkichlar to‘ldiriladi.',
  'sync.waiting': 'Kutilmoqda',
  'sync.crmWaits': 'CRM ilovaga ma’lumotlarni qismlab beradi. Yuklash bir necha daqiqadan so‘ng o‘zi davom etadi.',

  'entity.leads': 'Lidlar',
  'entity.deals': 'Bitimlar',
  'entity.contacts': 'Kontaktlar',
  'entity.companies': 'Kompaniyalar',
  'entity.activities': 'Faolliklar',
  'entity.stageHistory': 'Bosqichlar tarixi',
  'entity.products': 'Bitimlardagi mahsulotlar',
  'entity.people': 'Jamoa a’zolari',

  'syncProblem.error.title': 'Yuklash to‘xtadi',
  'syncProblem.error.text':
    'CRM ma’lumotlarini nusxalashda xatolik yuz berdi. Urinish o‘zi takrorlanadi; hozir ham boshlashingiz mumkin.',
  'syncProblem.blocked.title': 'Bitrix24 tarifingiz yuklashga ruxsat bermaydi',
  'syncProblem.blocked.text':
    'Bitrix24 ilovaga ma’lumotlarni bermayapti. Portal tarifini tekshiring va yuklashni qayta boshlang.',
  'syncProblem.reauth.title': 'LeadRelay CRM tizimingizga kira olmayapti',
  'syncProblem.reauth.text':
    'Qayta ulash uchun administrator LeadRelayni Bitrix24’da ochadi yoki sozlamalarda vebhukni almashtiradi.',
  'syncProblem.paused.title': 'Yuklash to‘xtatib turilibdi',
  'syncProblem.paused.text': 'U davom etguncha ko‘rsatkichlar o‘zgarmaydi.',
  'syncProblem.permissions_changed.title': 'CRM kirish huquqlari o‘zgardi',
  'syncProblem.permissions_changed.text':
    'LeadRelay endi barcha yozuvlarni ko‘rmayapti. CRMda to‘liq huquqli administrator ilovani bir marta ochishi kerak.',
  'syncProblem.storage_full.title': 'Xotirada joy qolmadi',
  'syncProblem.storage_full.text': 'Joy bo‘shamaguncha yangi yozuvlar nusxalanmaydi.',

  'syncBadge.error': 'Sinxronlash to‘xtab turibdi — CRM bilan aloqa yo‘q',
  'syncBadge.blocked': 'CRM tarifi ruxsat bermaydi',
  'syncBadge.reauth': 'CRMga kirish yo‘qolgan',
  'syncBadge.paused': 'Sinxronlash to‘xtatib turilibdi',
  'syncBadge.permissions_changed': 'CRM huquqlari o‘zgargan',
  'syncBadge.storage_full': 'Joy qolmagan',
  'syncBadge.errorNote': 'LeadRelay o‘zi qayta urinadi. Ungacha ko‘rsatkichlar yuqoridagi vaqt holatida.',

  'dashboard.asOf': 'Ma’lumotlar holati: {time}',
  'dashboard.emptyTitle': 'CRM tizimingizda hali yozuvlar yo‘q',
  'dashboard.emptyText':
    'Bitrix24da birinchi lid yoki bitimni qo‘shing yoki ularni import qiling. Ular bu yerda o‘zi paydo bo‘ladi.',
  'dashboard.emptyTextSimple':
    'Bitrix24da birinchi kontakt yoki bitimni qo‘shing yoki ularni import qiling. Ular bu yerda o‘zi paydo bo‘ladi.',

  'offline.title': 'LeadRelay bilan aloqa yo‘q',
  'offline.text': 'Soat {time} da yuklangan ko‘rsatkichlar ko‘rsatilmoqda. Urinishda davom etyapmiz.',
  'loadFailed.title': 'Ko‘rsatkichlarni yuklab bo‘lmadi',
  'loadFailed.network': 'LeadRelay javob bermadi. Internetni tekshirib, qayta urinib ko‘ring.',
  'loadFailed.server': 'Bizning tomonda xatolik yuz berdi. Bir daqiqadan so‘ng qayta urinib ko‘ring.',
  'loadFailed.stale': 'Bizning tomonda xatolik yuz berdi. Soat {time} da yuklangan ko‘rsatkichlar ko‘rsatilmoqda.',
  'loadFailed.request': 'So‘rov {id}',

  'panel.loading': 'Yuklanmoqda…',
  'panel.empty': 'Bu davrda hech narsa yo‘q',
  'panel.notSynced': 'Hali yuklanmagan',
  'panel.notSyncedText': 'Ma’lumotlari nusxalangach paydo bo‘ladi.',
  'panel.failed': 'Ma’lumotlar vaqtincha mavjud emas',
  'panel.failedText': 'Boshqa ko‘rsatkichlarga ta’sir qilmaydi.',
  'panel.notDrawable': 'Buni endi ko‘rsatib bo‘lmaydi',
  'panel.stale': 'Avvalgi ma’lumotlar',

  'range.days': 'So‘nggi {count, number} kun',
  'range.all': 'Butun davr',
  'kpi.comparedWith': '{count, number} kun avvalgiga nisbatan',
  'kpi.conversion.classic': 'Har 100 lidga yutilgan bitimlar',
  'kpi.conversion.simple': 'Har 100 kontaktga yutilgan bitimlar',
  'kpi.noValue': '—',
  'kpi.points': '{value} f.p.',

  'value.noCurrency': '+ valyutasi yo‘q {count, number} ta yozuv',
  'value.unconverted': '+ {currency} valyutasida {count, number} ta yozuv',

  'chart.total': 'Jami',
  'chart.category': 'Toifa',
  'chart.value': 'Qiymat',
  'chart.summary': '{title}. {points}: eng yuqori — {highLabel}, {high}; eng past — {lowLabel}, {low}.',
  'chart.points': '{count, number} ta qiymat',

  'date.month': '{year}-yil {month}',
  'duration.second': '{value} s',
  'duration.minute': '{value} daq',
  'duration.hour': '{value} soat',
  'duration.day': '{value} kun',
};
