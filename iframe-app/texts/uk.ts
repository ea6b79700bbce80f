import type { AppTexts } from '../i18n.ts';

export const texts: AppTexts = {
  'app.name': 'LeadRelay',
  'app.title': 'Огляд продажів',

  'action.refresh': 'Оновити',
  'action.refreshing': 'Оновлюємо…',
  'action.retry': 'Повторити',
  'action.reload': 'Перезавантажити',
  'action.restartSync': 'Запустити знову',
  'action.resumeSync': 'Відновити',
  'action.settings': 'Налаштування',
  'action.track': 'Що відстежувати',

  'view.chat': 'Чат',
  'view.dashboard': 'Дашборд',

  'notice.ask_admin.title': 'Попросіть адміністратора спочатку відкрити LeadRelay',
  'notice.ask_admin.text':
    'LeadRelay на цьому порталі ще не налаштовано. Адміністратору Бітрікс24 потрібен один клік, після цього застосунок працюватиме для всіх.',
  'notice.not_installed.title': 'LeadRelay не встановлено на цьому порталі',
  'notice.not_installed.text': 'Встановіть його з Бітрікс24 Маркету й відкрийте тут знову.',
  'notice.reopen.title': 'Відкрийте LeadRelay знову',
  'notice.reopen.text': 'Сеанс завершено. Закрийте цю сторінку й відкрийте LeadRelay з меню Бітрікс24.',
  'notice.no_access.title': 'Ваш доступ закрито',
  'notice.no_access.text': 'Повернути його може адміністратор LeadRelay у налаштуваннях.',
  'notice.broken.title': 'LeadRelay не запустився',
  'notice.broken.text':
    'Сторінка завантажилася не повністю. Перезавантажте її; якщо не допоможе, відкрийте LeadRelay з меню Бітрікс24.',

  'sync.title': 'Завантажуємо дані вашої CRM…',
  'sync.connecting': 'Підключаємося до вашої CRM…',
  'sync.progress': 'Хід завантаження',
  'sync.progress.leads':
    '{count, plural, one {{done} / # лід} few {{done} / # ліди} many {{done} / # лідів} other {{done} / # ліда}}',
  'sync.progress.deals':
    '{count, plural, one {{done} / # угода} few {{done} / # угоди} many {{done} / # угод} other {{done} / # угоди}}',
  'sync.progress.contacts':
    '{count, plural, one {{done} / # контакт} few {{done} / # контакти} many {{done} / # контактів} other {{done} / # контакту}}',
  'sync.progress.companies':
    '{count, plural, one {{done} / # компанія} few {{done} / # компанії} many {{done} / # компаній} other {{done} / # компанії}}',
  'sync.progress.activities':
    '{count, plural, one {{done} / # справа} few {{done} / # справи} many {{done} / # справ} other {{done} / # справи}}',
  'sync.progress.stageHistory':
    '{count, plural, one {{done} / # зміна стадії} few {{done} / # зміни стадії} many {{done} / # змін стадії} other {{done} / # зміни стадії}}',
  'sync.hint': 'Для великих порталів це зазвичай триває 15–30 хвилин. Сторінку можна закрити: завантаження триватиме без вас.',
  'sync.minutesLeft':
    '{count, plural, one {Залишилася приблизно # хвилина} few {Залишилося приблизно # хвилини} many {Залишилося приблизно # хвилин} other {Залишилося приблизно # хвилини}}',
  'sync.rate':
    '{count, plural, one {≈\u00a0# запис за секунду} few {≈\u00a0# записи за секунду} many {≈\u00a0# записів за секунду} other {≈\u00a0# запису за секунду}}',
  'sync.coveredFrom': 'Завантажено з {month}',
  'sync.estimating': 'Оцінюємо, скільки залишилося…',
  'sync.underAMinute': 'Залишилося менше хвилини',
  'sync.partial': 'Дашборд заповнюється в міру завантаження даних.',
  'sync.waiting': 'Очікує',
  'sync.crmWaits': 'CRM віддає застосункам лише частину даних за раз. За кілька хвилин завантаження продовжиться само.',

  'entity.leads': 'Ліди',
  'entity.deals': 'Угоди',
  'entity.contacts': 'Контакти',
  'entity.companies': 'Компанії',
  'entity.activities': 'Справи',
  'entity.stageHistory': 'Історія стадій',
  'entity.products': 'Товари в угодах',
  'entity.people': 'Співробітники',

  'syncProblem.error.title': 'Завантаження зупинилося',
  'syncProblem.error.text': 'Під час копіювання даних CRM сталася помилка. Спроба повториться сама; можна запустити її й зараз.',
  'syncProblem.blocked.title': 'Тариф Бітрікс24 не дає змоги завантажити дані',
  'syncProblem.blocked.text':
    'Бітрікс24 закрив застосунку доступ до даних. Перевірте тариф порталу й запустіть завантаження знову.',
  'syncProblem.reauth.title': 'LeadRelay втратив доступ до вашої CRM',
  'syncProblem.reauth.text':
    'Щоб підключити його знову, адміністратор відкриває LeadRelay у Бітрікс24 або замінює вебхук у налаштуваннях.',
  'syncProblem.paused.title': 'Завантаження призупинено',
  'syncProblem.paused.text': 'Показники не зміняться, доки воно не продовжиться.',
  'syncProblem.permissions_changed.title': 'Права доступу в CRM змінилися',
  'syncProblem.permissions_changed.text':
    'LeadRelay бачить не всі записи. Адміністратор із повними правами в CRM має один раз відкрити застосунок.',
  'syncProblem.storage_full.title': 'Місце для даних закінчилося',
  'syncProblem.storage_full.text': 'Нові записи не копіюються, доки не з’явиться місце.',

  'syncBadge.error': 'Синхронізацію призупинено — немає зв’язку з CRM',
  'syncBadge.blocked': 'Не дозволяє тариф CRM',
  'syncBadge.reauth': 'Втрачено доступ до CRM',
  'syncBadge.paused': 'Синхронізацію призупинено',
  'syncBadge.permissions_changed': 'Змінилися права в CRM',
  'syncBadge.storage_full': 'Місце закінчилося',
  'syncBadge.errorNote': 'LeadRelay повторить спробу сам. До того часу показники — на вказаний час.',

  'dashboard.asOf': 'Дані на {time}',
  'dashboard.emptyTitle': 'У вашій CRM поки немає записів',
  'dashboard.emptyText': 'Додайте перший лід або угоду в Бітрікс24 чи імпортуйте їх туди. Тут вони з’являться самі.',
  'dashboard.emptyTextSimple': 'Додайте перший контакт або угоду в Бітрікс24 чи імпортуйте їх туди. Тут вони з’являться самі.',

  'offline.title': 'Немає зв’язку з LeadRelay',
  'offline.text': 'Ви бачите показники, завантажені о {time}. Ми продовжуємо спроби.',
  'loadFailed.title': 'Не вдалося завантажити дашборд',
  'loadFailed.network': 'LeadRelay не відповідає. Перевірте з’єднання й повторіть.',
  'loadFailed.server': 'Щось пішло не так на нашому боці. Повторіть за хвилину.',
  'loadFailed.stale': 'Щось пішло не так на нашому боці. Ви бачите показники, завантажені о {time}.',
  'loadFailed.request': 'Запит {id}',
  'part.title': 'Цю частину не вдалося завантажити',
  'part.text': 'Можливо, LeadRelay оновився, поки був відкритий: перезавантажте його. Якщо не допомогло, перевірте з’єднання.',

  'panel.loading': 'Завантаження…',
  'panel.empty': 'За цей період нічого немає',
  'panel.notSynced': 'Ще не завантажено',
  'panel.notSyncedText': 'З’явиться, коли дані буде скопійовано.',
  'panel.failed': 'Дані тимчасово недоступні',
  'panel.failedText': 'Інші показники не зачеплено.',
  'panel.notDrawable': 'Показати це більше не можна',
  'panel.stale': 'Попередні дані',

  'range.days':
    '{count, plural, =1 {Сьогодні} one {За останній # день} few {За останні # дні} many {За останні # днів} other {За останні # дня}}',
  'range.all': 'За весь час',
  'range.yesterday': 'Учора',
  'range.thisWeek': 'Цей тиждень',
  'range.lastWeek': 'Минулий тиждень',
  'range.thisMonth': 'Цей місяць',
  'range.lastMonth': 'Минулий місяць',
  'range.thisQuarter': 'Цей квартал',
  'range.lastQuarter': 'Минулий квартал',
  'range.thisYear': 'Цей рік',
  'range.lastYear': 'Минулий рік',
  'kpi.comparedWith':
    '{count, plural, one {до періоду # день тому} few {до періоду # дні тому} many {до періоду # днів тому} other {до періоду # дня тому}}',
  'kpi.comparedWithPrevious':
    '{count, plural, one {до попереднього # дня} few {до попередніх # днів} many {до попередніх # днів} other {до попередніх # днів}}',
  'kpi.before.yesterday': 'до попереднього дня',
  'kpi.before.thisWeek': 'до тих самих днів минулого тижня',
  'kpi.before.lastWeek': 'до попереднього тижня',
  'kpi.before.thisMonth': 'до тих самих днів минулого місяця',
  'kpi.before.lastMonth': 'до попереднього місяця',
  'kpi.before.thisQuarter': 'до тих самих днів минулого кварталу',
  'kpi.before.lastQuarter': 'до попереднього кварталу',
  'kpi.before.thisYear': 'до тих самих днів минулого року',
  'kpi.before.lastYear': 'до попереднього року',
  'kpi.conversion.classic': 'Виграних угод на 100 лідів',
  'kpi.conversion.simple': 'Виграних угод на 100 контактів',
  'kpi.time.average': 'Кілька дуже довгих випадків піднімають середнє, тому воно буває значно вищим за звичайне.',
  'kpi.time.median': 'Половина — швидше, половина — довше.',
  'kpi.noValue': '—',
  'kpi.points': '{value} в. п.',

  'value.leftOut': 'Не враховано: {what}',
  'value.leftOut.why': 'У CRM немає курсу цієї валюти. Коли він з’явиться, суми врахуються під час наступної синхронізації.',
  'value.noCurrency':
    '{count, plural, one {# запис без валюти} few {# записи без валюти} many {# записів без валюти} other {# запису без валюти}}',
  'value.unconverted':
    '{count, plural, one {# запис у {currency}} few {# записи в {currency}} many {# записів у {currency}} other {# запису в {currency}}}',

  'chart.total': 'Усього',
  'chart.of': 'з {count, number}',
  'chart.partial': 'період неповний',
  'chart.summary': '{title}. {points}: найбільше — {highLabel}, {high}; найменше — {lowLabel}, {low}.',
  'chart.points': '{count, plural, one {# значення} few {# значення} many {# значень} other {# значення}}',

  'date.month': '{month} {year} р.',
  'duration.second': '{value} с',
  'duration.minute': '{value} хв',
  'duration.hour': '{value} год',
  'duration.day': '{value} дн.',
};
