/** A message that depends on `{count}`, one text for each plural category of its language. */
type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

const en = {
  'app.name': 'LeadRelay',
  'app.title': 'Sales overview',

  'action.refresh': 'Refresh',
  'action.refreshing': 'Refreshing…',
  'action.retry': 'Try again',
  'action.restartSync': 'Sync again',
  'action.settings': 'Settings',

  'install.title': 'Connecting LeadRelay to your Bitrix24…',
  'install.text': 'This takes a few seconds. Your data starts to sync right after.',
  'install.doneTitle': 'LeadRelay is connected',
  'install.doneText': 'Bitrix24 is opening the app. If nothing happens, open LeadRelay from the left menu.',
  'install.failedTitle': 'Bitrix24 did not finish the installation',
  'install.failedText': 'Nothing is lost: try again, or reload this page and open LeadRelay from the left menu.',

  'notice.ask_admin.title': 'Ask an administrator to open LeadRelay first',
  'notice.ask_admin.text':
    'LeadRelay is not set up on this portal yet. It takes one click of a Bitrix24 administrator; after that it works for everyone.',
  'notice.not_installed.title': 'LeadRelay is not installed on this portal',
  'notice.not_installed.text': 'Install it from the Bitrix24 Market, then open it here again.',
  'notice.reopen.title': 'Open LeadRelay again',
  'notice.reopen.text': 'Your session has ended. Close this page and open LeadRelay from the Bitrix24 menu.',
  'notice.broken.title': 'LeadRelay could not start',
  'notice.broken.text': 'The page arrived incomplete. Reload it; if that does not help, open LeadRelay from the Bitrix24 menu.',

  'sync.title': 'Syncing your CRM data…',
  'sync.connecting': 'Connecting to your CRM…',
  'sync.progress': 'Sync progress',
  'sync.progress.leads': { one: '{done} / {count} lead', other: '{done} / {count} leads' },
  'sync.progress.deals': { one: '{done} / {count} deal', other: '{done} / {count} deals' },
  'sync.progress.contacts': { one: '{done} / {count} contact', other: '{done} / {count} contacts' },
  'sync.progress.companies': { one: '{done} / {count} company', other: '{done} / {count} companies' },
  'sync.progress.activities': { one: '{done} / {count} activity', other: '{done} / {count} activities' },
  'sync.progress.stageHistory': { one: '{done} / {count} stage change', other: '{done} / {count} stage changes' },
  'sync.hint': 'Large accounts usually take 15–30 minutes. You can leave this page: the sync goes on without you.',
  'sync.minutesLeft': { one: 'About {count} minute left', other: 'About {count} minutes left' },
  'sync.estimating': 'Estimating the time left…',
  'sync.underAMinute': 'Less than a minute left',
  'sync.partial': 'The dashboard fills up as the data arrives.',
  'sync.waiting': 'Waiting',
  'sync.crmWaits': 'Your CRM lets an app read only so much at a time. The sync goes on by itself in a few minutes.',

  'entity.leads': 'Leads',
  'entity.deals': 'Deals',
  'entity.contacts': 'Contacts',
  'entity.companies': 'Companies',
  'entity.activities': 'Activities',
  'entity.stageHistory': 'Stage history',

  'syncProblem.error.title': 'The sync has stopped',
  'syncProblem.error.text':
    'Something went wrong while copying your CRM data. It is tried again by itself; you can also start it now.',
  'syncProblem.blocked.title': 'Your Bitrix24 plan does not allow the sync',
  'syncProblem.blocked.text': 'Bitrix24 refuses access to its data for this app. Check the plan of the portal, then sync again.',
  'syncProblem.reauth.title': 'LeadRelay has lost access to your CRM',
  'syncProblem.reauth.text':
    'To connect it again, an administrator opens LeadRelay in Bitrix24, or replaces the webhook in the settings.',
  'syncProblem.paused.title': 'The sync is paused',
  'syncProblem.paused.text': 'The numbers stay as they are until it goes on.',
  'syncProblem.permissions_changed.title': 'Access rights in the CRM have changed',
  'syncProblem.permissions_changed.text':
    'LeadRelay no longer sees all records. An administrator with full CRM rights should open it once.',
  'syncProblem.storage_full.title': 'The storage is full',
  'syncProblem.storage_full.text': 'New records cannot be copied until there is room again.',

  'dashboard.asOf': 'Data as of {time}',
  'dashboard.emptyTitle': 'Your CRM has no records yet',
  'dashboard.emptyText':
    'Add your first lead or deal in Bitrix24, or import them there. Then an administrator copies them under Settings → Copy again.',
  'dashboard.emptyTextSimple':
    'Add your first contact or deal in Bitrix24, or import them there. Then an administrator copies them under Settings → Copy again.',

  'record.notCopied': 'This record is not copied yet',
  'record.notCopiedText': 'It is newer than the copy. An administrator can renew that in LeadRelay under Settings → Copy again.',
  'record.untitled': 'Untitled',
  'record.stage': 'Stage',
  'record.inStage': { one: '{count} day in this stage', other: '{count} days in this stage' },
  'record.inStageUnderADay': 'Less than a day in this stage',
  'record.owner': 'Responsible',
  'record.unassigned': 'Nobody',
  'record.amount': 'Amount',
  'record.source': 'Source',
  'record.age': 'Age',
  'record.days': { one: '{count} day', other: '{count} days' },
  'record.underADay': 'Less than a day',
  'record.created': 'Created {time}',
  'record.closed': 'Closed {time}',
  'record.activities': 'Activities',
  'record.lastActivity': 'Last: {time}',
  'record.next': 'Next step',
  'record.noNext': 'Nothing planned',
  'record.noNextText': 'Plan a call or a task, so that it does not go cold.',
  'record.history': 'Stage history',

  'offline.title': 'No connection to LeadRelay',
  'offline.text': 'You see the numbers loaded at {time}. We keep trying.',
  'loadFailed.title': 'The dashboard could not be loaded',
  'loadFailed.network': 'LeadRelay did not answer. Check your connection, then try again.',
  'loadFailed.server': 'Something went wrong on our side. Try again in a minute.',
  'loadFailed.stale': 'Something went wrong on our side. You see the numbers loaded at {time}.',
  'loadFailed.request': 'Request {id}',

  'panel.loading': 'Loading…',
  'panel.empty': 'Nothing in this period',
  'panel.notSynced': 'Not synced yet',
  'panel.notSyncedText': 'Appears when its data is copied.',
  'panel.failed': 'Could not be calculated',
  'panel.failedText': 'The other numbers are not affected.',
  'panel.stale': 'Earlier numbers',

  'range.days': { one: 'Last {count} day', other: 'Last {count} days' },
  'range.all': 'All time',
  'kpi.comparedWith': { one: 'vs {count} day earlier', other: 'vs {count} days earlier' },
  'kpi.conversion.classic': 'Deals won for every 100 leads',
  'kpi.conversion.simple': 'Deals won for every 100 contacts',
  'kpi.noValue': '—',
  'kpi.points': '{value} pp',

  'value.unconverted': { one: '+ {count} record in {currency}', other: '+ {count} records in {currency}' },
  'value.noCurrency': { one: '+ {count} record without a currency', other: '+ {count} records without a currency' },

  'chart.total': 'Total',
  'chart.category': 'Category',
  'chart.value': 'Value',
  'chart.summary': '{title}. {points}: highest {highLabel}, {high}; lowest {lowLabel}, {low}.',
  'chart.points': { one: '{count} value', other: '{count} values' },

  'duration.second': '{value} s',
  'duration.minute': '{value} min',
  'duration.hour': '{value} h',
  'duration.day': '{value} d',
} as const;

export type MessageKey = keyof typeof en;
type Messages = { [K in MessageKey]: (typeof en)[K] extends string ? string : PluralForms };

const ru: Messages = {
  'app.name': 'LeadRelay',
  'app.title': 'Обзор продаж',

  'action.refresh': 'Обновить',
  'action.refreshing': 'Обновляем…',
  'action.retry': 'Повторить',
  'action.restartSync': 'Запустить снова',
  'action.settings': 'Настройки',

  'install.title': 'Подключаем LeadRelay к вашему Битрикс24…',
  'install.text': 'Это займёт несколько секунд. Сразу после этого начнётся загрузка данных.',
  'install.doneTitle': 'LeadRelay подключён',
  'install.doneText': 'Битрикс24 открывает приложение. Если ничего не происходит, откройте LeadRelay в левом меню.',
  'install.failedTitle': 'Битрикс24 не завершил установку',
  'install.failedText': 'Ничего не потеряно: повторите или перезагрузите страницу и откройте LeadRelay в левом меню.',

  'notice.ask_admin.title': 'Попросите администратора сначала открыть LeadRelay',
  'notice.ask_admin.text':
    'LeadRelay на этом портале ещё не настроен. Администратору Битрикс24 нужен один клик, после этого приложение заработает для всех.',
  'notice.not_installed.title': 'LeadRelay не установлен на этом портале',
  'notice.not_installed.text': 'Установите его из Битрикс24 Маркета и откройте здесь снова.',
  'notice.reopen.title': 'Откройте LeadRelay заново',
  'notice.reopen.text': 'Сеанс завершён. Закройте эту страницу и откройте LeadRelay из меню Битрикс24.',
  'notice.broken.title': 'LeadRelay не запустился',
  'notice.broken.text':
    'Страница загрузилась не полностью. Перезагрузите её; если не поможет, откройте LeadRelay из меню Битрикс24.',

  'sync.title': 'Загружаем данные вашей CRM…',
  'sync.connecting': 'Подключаемся к вашей CRM…',
  'sync.progress': 'Ход загрузки',
  'sync.progress.leads': {
    one: '{done} / {count} лид',
    few: '{done} / {count} лида',
    many: '{done} / {count} лидов',
    other: '{done} / {count} лида',
  },
  'sync.progress.deals': {
    one: '{done} / {count} сделка',
    few: '{done} / {count} сделки',
    many: '{done} / {count} сделок',
    other: '{done} / {count} сделки',
  },
  'sync.progress.contacts': {
    one: '{done} / {count} контакт',
    few: '{done} / {count} контакта',
    many: '{done} / {count} контактов',
    other: '{done} / {count} контакта',
  },
  'sync.progress.companies': {
    one: '{done} / {count} компания',
    few: '{done} / {count} компании',
    many: '{done} / {count} компаний',
    other: '{done} / {count} компании',
  },
  'sync.progress.activities': {
    one: '{done} / {count} дело',
    few: '{done} / {count} дела',
    many: '{done} / {count} дел',
    other: '{done} / {count} дела',
  },
  'sync.progress.stageHistory': {
    one: '{done} / {count} смена стадии',
    few: '{done} / {count} смены стадии',
    many: '{done} / {count} смен стадии',
    other: '{done} / {count} смены стадии',
  },
  'sync.hint': 'Для больших порталов это обычно занимает 15–30 минут. Страницу можно закрыть: загрузка продолжится без вас.',
  'sync.minutesLeft': {
    one: 'Осталась примерно {count} минута',
    few: 'Осталось примерно {count} минуты',
    many: 'Осталось примерно {count} минут',
    other: 'Осталось примерно {count} минуты',
  },
  'sync.estimating': 'Оцениваем, сколько осталось…',
  'sync.underAMinute': 'Осталось меньше минуты',
  'sync.partial': 'Отчёты заполняются по мере загрузки данных.',
  'sync.waiting': 'Ожидает',
  'sync.crmWaits': 'CRM отдаёт приложениям лишь часть данных за раз. Через несколько минут загрузка продолжится сама.',

  'entity.leads': 'Лиды',
  'entity.deals': 'Сделки',
  'entity.contacts': 'Контакты',
  'entity.companies': 'Компании',
  'entity.activities': 'Дела',
  'entity.stageHistory': 'История стадий',

  'syncProblem.error.title': 'Загрузка остановилась',
  'syncProblem.error.text': 'При копировании данных CRM произошла ошибка. Попытка повторится сама; можно запустить её и сейчас.',
  'syncProblem.blocked.title': 'Тариф Битрикс24 не позволяет загрузить данные',
  'syncProblem.blocked.text': 'Битрикс24 закрыл приложению доступ к данным. Проверьте тариф портала и запустите загрузку снова.',
  'syncProblem.reauth.title': 'LeadRelay потерял доступ к вашей CRM',
  'syncProblem.reauth.text':
    'Чтобы подключить его снова, администратор открывает LeadRelay в Битрикс24 или заменяет вебхук в настройках.',
  'syncProblem.paused.title': 'Загрузка приостановлена',
  'syncProblem.paused.text': 'Показатели не изменятся, пока она не продолжится.',
  'syncProblem.permissions_changed.title': 'Права доступа в CRM изменились',
  'syncProblem.permissions_changed.text':
    'LeadRelay видит не все записи. Администратор с полными правами в CRM должен один раз открыть приложение.',
  'syncProblem.storage_full.title': 'Место для данных закончилось',
  'syncProblem.storage_full.text': 'Новые записи не копируются, пока не появится место.',

  'dashboard.asOf': 'Данные на {time}',
  'dashboard.emptyTitle': 'В вашей CRM пока нет записей',
  'dashboard.emptyText':
    'Добавьте первый лид или сделку в Битрикс24 или импортируйте их туда. Затем администратор обновит копию: «Настройки» → «Скопировать ещё раз».',
  'dashboard.emptyTextSimple':
    'Добавьте первый контакт или сделку в Битрикс24 или импортируйте их туда. Затем администратор обновит копию: «Настройки» → «Скопировать ещё раз».',

  'record.notCopied': 'Эта запись ещё не скопирована',
  'record.notCopiedText': 'Она новее копии. Администратор может обновить копию в LeadRelay: «Настройки» → «Скопировать ещё раз».',
  'record.untitled': 'Без названия',
  'record.stage': 'Стадия',
  'record.inStage': {
    one: '{count} день на этой стадии',
    few: '{count} дня на этой стадии',
    many: '{count} дней на этой стадии',
    other: '{count} дня на этой стадии',
  },
  'record.inStageUnderADay': 'Меньше дня на этой стадии',
  'record.owner': 'Ответственный',
  'record.unassigned': 'Никто',
  'record.amount': 'Сумма',
  'record.source': 'Источник',
  'record.age': 'Возраст',
  'record.days': { one: '{count} день', few: '{count} дня', many: '{count} дней', other: '{count} дня' },
  'record.underADay': 'Меньше дня',
  'record.created': 'Создано {time}',
  'record.closed': 'Закрыто {time}',
  'record.activities': 'Дела',
  'record.lastActivity': 'Последнее: {time}',
  'record.next': 'Следующий шаг',
  'record.noNext': 'Ничего не запланировано',
  'record.noNextText': 'Запланируйте звонок или задачу, чтобы клиент не остыл.',
  'record.history': 'История стадий',

  'offline.title': 'Нет связи с LeadRelay',
  'offline.text': 'Вы видите показатели, загруженные в {time}. Мы продолжаем попытки.',
  'loadFailed.title': 'Не удалось загрузить отчёты',
  'loadFailed.network': 'LeadRelay не отвечает. Проверьте соединение и повторите.',
  'loadFailed.server': 'Что-то пошло не так на нашей стороне. Повторите через минуту.',
  'loadFailed.stale': 'Что-то пошло не так на нашей стороне. Вы видите показатели, загруженные в {time}.',
  'loadFailed.request': 'Запрос {id}',

  'panel.loading': 'Загрузка…',
  'panel.empty': 'За этот период ничего нет',
  'panel.notSynced': 'Ещё не загружено',
  'panel.notSyncedText': 'Появится, когда данные будут скопированы.',
  'panel.failed': 'Не удалось рассчитать',
  'panel.failedText': 'Остальные показатели не затронуты.',
  'panel.stale': 'Прежние данные',

  'range.days': {
    one: 'За последний {count} день',
    few: 'За последние {count} дня',
    many: 'За последние {count} дней',
    other: 'За последние {count} дня',
  },
  'range.all': 'За всё время',
  'kpi.comparedWith': {
    one: 'к периоду {count} день назад',
    few: 'к периоду {count} дня назад',
    many: 'к периоду {count} дней назад',
    other: 'к периоду {count} дня назад',
  },
  'kpi.conversion.classic': 'Выигранных сделок на 100 лидов',
  'kpi.conversion.simple': 'Выигранных сделок на 100 контактов',
  'kpi.noValue': '—',
  'kpi.points': '{value} п. п.',

  'value.noCurrency': {
    one: '+ {count} запись без валюты',
    few: '+ {count} записи без валюты',
    many: '+ {count} записей без валюты',
    other: '+ {count} записи без валюты',
  },
  'value.unconverted': {
    one: '+ {count} запись в {currency}',
    few: '+ {count} записи в {currency}',
    many: '+ {count} записей в {currency}',
    other: '+ {count} записи в {currency}',
  },

  'chart.total': 'Всего',
  'chart.category': 'Категория',
  'chart.value': 'Значение',
  'chart.summary': '{title}. {points}: наибольшее — {highLabel}, {high}; наименьшее — {lowLabel}, {low}.',
  'chart.points': { one: '{count} значение', few: '{count} значения', many: '{count} значений', other: '{count} значения' },

  'duration.second': '{value} с',
  'duration.minute': '{value} мин',
  'duration.hour': '{value} ч',
  'duration.day': '{value} дн.',
};

const uz: Messages = {
  'app.name': 'LeadRelay',
  'app.title': 'Savdo ko‘rsatkichlari',

  'action.refresh': 'Yangilash',
  'action.refreshing': 'Yangilanmoqda…',
  'action.retry': 'Qayta urinish',
  'action.restartSync': 'Qayta boshlash',
  'action.settings': 'Sozlamalar',

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
  'notice.broken.title': 'LeadRelay ishga tushmadi',
  'notice.broken.text': 'Sahifa to‘liq yuklanmadi. Uni yangilang; yordam bermasa, LeadRelayni Bitrix24 menyusidan oching.',

  'sync.title': 'CRM ma’lumotlaringiz yuklanmoqda…',
  'sync.connecting': 'CRM tizimingizga ulanmoqda…',
  'sync.progress': 'Yuklash jarayoni',
  'sync.progress.leads': { one: '{done} / {count} lid', other: '{done} / {count} lid' },
  'sync.progress.deals': { one: '{done} / {count} bitim', other: '{done} / {count} bitim' },
  'sync.progress.contacts': { one: '{done} / {count} kontakt', other: '{done} / {count} kontakt' },
  'sync.progress.companies': { one: '{done} / {count} kompaniya', other: '{done} / {count} kompaniya' },
  'sync.progress.activities': { one: '{done} / {count} faollik', other: '{done} / {count} faollik' },
  'sync.progress.stageHistory': { one: '{done} / {count} bosqich o‘zgarishi', other: '{done} / {count} bosqich o‘zgarishi' },
  'sync.hint': 'Katta portallarda odatda 15–30 daqiqa ketadi. Sahifani yopishingiz mumkin: yuklash sizsiz davom etadi.',
  'sync.minutesLeft': { one: 'Taxminan {count} daqiqa qoldi', other: 'Taxminan {count} daqiqa qoldi' },
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

  'dashboard.asOf': 'Ma’lumotlar holati: {time}',
  'dashboard.emptyTitle': 'CRM tizimingizda hali yozuvlar yo‘q',
  'dashboard.emptyText':
    'Bitrix24da birinchi lid yoki bitimni qo‘shing yoki ularni import qiling. So‘ng administrator nusxani yangilaydi: «Sozlamalar» → «Qayta nusxalash».',
  'dashboard.emptyTextSimple':
    'Bitrix24da birinchi kontakt yoki bitimni qo‘shing yoki ularni import qiling. So‘ng administrator nusxani yangilaydi: «Sozlamalar» → «Qayta nusxalash».',

  'record.notCopied': 'Bu yozuv hali nusxalanmagan',
  'record.notCopiedText':
    'U nusxadan yangiroq. Administrator LeadRelayda nusxani yangilashi mumkin: «Sozlamalar» → «Qayta nusxalash».',
  'record.untitled': 'Nomsiz',
  'record.stage': 'Bosqich',
  'record.inStage': { one: 'Bu bosqichda {count} kun', other: 'Bu bosqichda {count} kun' },
  'record.inStageUnderADay': 'Bu bosqichda bir kundan kam',
  'record.owner': 'Mas’ul',
  'record.unassigned': 'Hech kim',
  'record.amount': 'Summa',
  'record.source': 'Manba',
  'record.age': 'Yoshi',
  'record.days': { one: '{count} kun', other: '{count} kun' },
  'record.underADay': 'Bir kundan kam',
  'record.created': 'Yaratilgan: {time}',
  'record.closed': 'Yopilgan: {time}',
  'record.activities': 'Faolliklar',
  'record.lastActivity': 'Oxirgisi: {time}',
  'record.next': 'Keyingi qadam',
  'record.noNext': 'Hech narsa rejalashtirilmagan',
  'record.noNextText': 'Mijoz sovib qolmasligi uchun qo‘ng‘iroq yoki vazifa rejalashtiring.',
  'record.history': 'Bosqichlar tarixi',

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
  'panel.failed': 'Hisoblab bo‘lmadi',
  'panel.failedText': 'Boshqa ko‘rsatkichlarga ta’sir qilmaydi.',
  'panel.stale': 'Avvalgi ma’lumotlar',

  'range.days': { one: 'So‘nggi {count} kun', other: 'So‘nggi {count} kun' },
  'range.all': 'Butun davr',
  'kpi.comparedWith': { one: '{count} kun avvalgiga nisbatan', other: '{count} kun avvalgiga nisbatan' },
  'kpi.conversion.classic': 'Har 100 lidga yutilgan bitimlar',
  'kpi.conversion.simple': 'Har 100 kontaktga yutilgan bitimlar',
  'kpi.noValue': '—',
  'kpi.points': '{value} f.p.',

  'value.noCurrency': { one: '+ valyutasi yo‘q {count} ta yozuv', other: '+ valyutasi yo‘q {count} ta yozuv' },
  'value.unconverted': { one: '+ {currency} valyutasida {count} ta yozuv', other: '+ {currency} valyutasida {count} ta yozuv' },

  'chart.total': 'Jami',
  'chart.category': 'Toifa',
  'chart.value': 'Qiymat',
  'chart.summary': '{title}. {points}: eng yuqori — {highLabel}, {high}; eng past — {lowLabel}, {low}.',
  'chart.points': { one: '{count} ta qiymat', other: '{count} ta qiymat' },

  'duration.second': '{value} s',
  'duration.minute': '{value} daq',
  'duration.hour': '{value} soat',
  'duration.day': '{value} kun',
};

/** Every language of the app. English is the one others fall back to. */
export const MESSAGES: Record<'en' | 'ru' | 'uz', Messages> = { en, ru, uz };

export type Language = keyof typeof MESSAGES;

type ParameterNames<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | ParameterNames<Rest> : never;
type TextOf<Message> = Message extends { other: infer Other } ? Other : Message;
type Parameters<K extends MessageKey> = {
  [N in ParameterNames<TextOf<(typeof en)[K]>>]: N extends 'count' ? number : string;
};
type ParameterArguments<K extends MessageKey> = keyof Parameters<K> extends never ? [] : [values: Parameters<K>];

interface OwnWords {
  shortMonths: readonly string[];
  /** Largest first. */
  powers: readonly { from: number; word: string }[];
}

export interface I18n {
  language: Language;
  /** The locale to give to Intl. */
  intlLocale: string;
  /** Words of numbers and dates that Intl lacks in this language; null where it has them. */
  ownWords: OwnWords | null;
  /** The text of a message in the person's language. `count` picks the plural form and is written as a number of that language. */
  t<K extends MessageKey>(key: K, ...values: ParameterArguments<K>): string;
  /** A whole number with the language's separators. */
  writeCount(count: number): string;
}

/**
 * Chromium lists Uzbek as supported and carries no data for it (it writes `M11 24` for 24 November). Its digits and separators
 * are those of Russian; its words are here, as CLDR has them.
 */
const UZBEK_WORDS: OwnWords = {
  shortMonths: ['yan', 'fev', 'mar', 'apr', 'may', 'iyn', 'iyl', 'avg', 'sen', 'okt', 'noy', 'dek'],
  powers: [
    { from: 1e12, word: 'trln' },
    { from: 1e9, word: 'mlrd' },
    { from: 1e6, word: 'mln' },
    { from: 1e3, word: 'ming' },
  ],
};

/** @param locale a BCP 47 tag ('ru', 'uz-UZ', 'pt_BR'); languages the app does not have become English */
export function createI18n(locale: string): I18n {
  const language = toLanguage(locale);
  const messages = MESSAGES[language];
  const intlLocale = language === 'uz' ? 'ru' : language;
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(intlLocale);
  return {
    language,
    intlLocale,
    ownWords: language === 'uz' ? UZBEK_WORDS : null,
    writeCount: (count) => numbers.format(count),
    t(key, ...[values]) {
      const message: string | PluralForms = messages[key];
      const given: Record<string, string | number> = values ?? {};
      const text = typeof message === 'string' ? message : (message[plurals.select(Number(given.count))] ?? message.other);
      return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
        const value = given[name];
        return typeof value === 'number' ? numbers.format(value) : (value ?? '');
      });
    },
  };
}

function toLanguage(locale: string): Language {
  const base = locale.toLowerCase().split(/[-_]/)[0];
  return base === 'ru' || base === 'uz' ? base : 'en';
}
