import type { AppTexts } from '../i18n.ts';

export const texts: AppTexts = {
  'app.name': 'LeadRelay',
  'app.title': 'Обзор продаж',

  'action.refresh': 'Обновить',
  'action.refreshing': 'Обновляем…',
  'action.retry': 'Повторить',
  'action.reload': 'Перезагрузить',
  'action.restartSync': 'Запустить снова',
  'action.resumeSync': 'Возобновить',
  'action.settings': 'Настройки',
  'view.chat': 'Чат',
  'view.dashboard': 'Дашборд',
  'action.track': 'Что отслеживать',

  'notice.ask_admin.title': 'Попросите администратора сначала открыть LeadRelay',
  'notice.ask_admin.text':
    'LeadRelay на этом портале ещё не настроен. Администратору Битрикс24 нужен один клик, после этого приложение заработает для всех.',
  'notice.not_installed.title': 'LeadRelay не установлен на этом портале',
  'notice.not_installed.text': 'Установите его из Битрикс24 Маркета и откройте здесь снова.',
  'notice.reopen.title': 'Откройте LeadRelay заново',
  'notice.reopen.text': 'Сеанс завершён. Закройте эту страницу и откройте LeadRelay из меню Битрикс24.',
  'notice.no_access.title': 'Доступ закрыт',
  'notice.no_access.text': 'Вернуть его может администратор LeadRelay в настройках.',
  'notice.broken.title': 'LeadRelay не запустился',
  'notice.broken.text':
    'Страница загрузилась не полностью. Перезагрузите её; если не поможет, откройте LeadRelay из меню Битрикс24.',

  'sync.title': 'Загружаем данные вашей CRM…',
  'sync.connecting': 'Подключаемся к вашей CRM…',
  'sync.progress': 'Ход загрузки',
  'sync.progress.leads':
    '{count, plural, one {{done} / # лид} few {{done} / # лида} many {{done} / # лидов} other {{done} / # лида}}',
  'sync.progress.deals':
    '{count, plural, one {{done} / # сделка} few {{done} / # сделки} many {{done} / # сделок} other {{done} / # сделки}}',
  'sync.progress.contacts':
    '{count, plural, one {{done} / # контакт} few {{done} / # контакта} many {{done} / # контактов} other {{done} / # контакта}}',
  'sync.progress.companies':
    '{count, plural, one {{done} / # компания} few {{done} / # компании} many {{done} / # компаний} other {{done} / # компании}}',
  'sync.progress.activities':
    '{count, plural, one {{done} / # дело} few {{done} / # дела} many {{done} / # дел} other {{done} / # дела}}',
  'sync.progress.stageHistory':
    '{count, plural, one {{done} / # смена стадии} few {{done} / # смены стадии} many {{done} / # смен стадии} other {{done} / # смены стадии}}',
  'sync.hint': 'Для больших порталов это обычно занимает 15–30 минут. Страницу можно закрыть: загрузка продолжится без вас.',
  'sync.minutesLeft':
    '{count, plural, one {Осталась примерно # минута} few {Осталось примерно # минуты} many {Осталось примерно # минут} other {Осталось примерно # минуты}}',
  'sync.rate':
    '{count, plural, one {≈\u00a0# запись в секунду} few {≈\u00a0# записи в секунду} many {≈\u00a0# записей в секунду} other {≈\u00a0# записи в секунду}}',
  'sync.coveredFrom': 'Загружено с {month}',
  'sync.estimating': 'Оцениваем, сколько осталось…',
  'sync.underAMinute': 'Осталось меньше минуты',
  'sync.partial': 'Дашборд заполняется по мере загрузки данных.',
  'sync.waiting': 'Ожидает',
  'sync.crmWaits': 'CRM отдаёт приложениям лишь часть данных за раз. Через несколько минут загрузка продолжится сама.',

  'entity.leads': 'Лиды',
  'entity.deals': 'Сделки',
  'entity.contacts': 'Контакты',
  'entity.companies': 'Компании',
  'entity.activities': 'Дела',
  'entity.stageHistory': 'История стадий',
  'entity.products': 'Товары в сделках',
  'entity.people': 'Сотрудники',

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

  'syncBadge.error': 'Синхронизация приостановлена — нет связи с CRM',
  'syncBadge.blocked': 'Не позволяет тариф CRM',
  'syncBadge.reauth': 'Потерян доступ к CRM',
  'syncBadge.paused': 'Синхронизация приостановлена',
  'syncBadge.permissions_changed': 'Изменились права в CRM',
  'syncBadge.storage_full': 'Место закончилось',
  'syncBadge.errorNote': 'LeadRelay повторит попытку сам. До тех пор показатели — на указанное время.',

  'dashboard.asOf': 'Данные на {time}',
  'dashboard.emptyTitle': 'В вашей CRM пока нет записей',
  'dashboard.emptyText': 'Добавьте первый лид или сделку в Битрикс24 или импортируйте их туда. Здесь они появятся сами.',
  'dashboard.emptyTextSimple':
    'Добавьте первый контакт или сделку в Битрикс24 или импортируйте их туда. Здесь они появятся сами.',

  'offline.title': 'Нет связи с LeadRelay',
  'offline.text': 'Вы видите показатели, загруженные в {time}. Мы продолжаем попытки.',
  'loadFailed.title': 'Не удалось загрузить дашборд',
  'loadFailed.network': 'LeadRelay не отвечает. Проверьте соединение и повторите.',
  'loadFailed.server': 'Что-то пошло не так на нашей стороне. Повторите через минуту.',
  'loadFailed.stale': 'Что-то пошло не так на нашей стороне. Вы видите показатели, загруженные в {time}.',
  'loadFailed.request': 'Запрос {id}',
  'part.title': 'Эту часть не удалось загрузить',
  'part.text': 'Возможно, LeadRelay обновился, пока был открыт: перезагрузите его. Если не помогло, проверьте соединение.',

  'panel.loading': 'Загрузка…',
  'panel.empty': 'За этот период ничего нет',
  'panel.notSynced': 'Ещё не загружено',
  'panel.notSyncedText': 'Появится, когда данные будут скопированы.',
  'panel.failed': 'Данные временно недоступны',
  'panel.failedText': 'Остальные показатели не затронуты.',
  'panel.notDrawable': 'Показать это больше нельзя',
  'panel.stale': 'Прежние данные',

  'range.days':
    '{count, plural, =1 {Сегодня} one {За последний # день} few {За последние # дня} many {За последние # дней} other {За последние # дня}}',
  'range.all': 'За всё время',
  'range.yesterday': 'Вчера',
  'range.thisWeek': 'Эта неделя',
  'range.lastWeek': 'Прошлая неделя',
  'range.thisMonth': 'Этот месяц',
  'range.lastMonth': 'Прошлый месяц',
  'range.thisQuarter': 'Этот квартал',
  'range.lastQuarter': 'Прошлый квартал',
  'range.thisYear': 'Этот год',
  'range.lastYear': 'Прошлый год',
  'kpi.comparedWith':
    '{count, plural, one {к периоду # день назад} few {к периоду # дня назад} many {к периоду # дней назад} other {к периоду # дня назад}}',
  'kpi.comparedWithPrevious':
    '{count, plural, one {к предыдущему # дню} few {к предыдущим # дням} many {к предыдущим # дням} other {к предыдущим # дням}}',
  'kpi.before.yesterday': 'к предыдущему дню',
  'kpi.before.thisWeek': 'к тем же дням прошлой недели',
  'kpi.before.lastWeek': 'к предыдущей неделе',
  'kpi.before.thisMonth': 'к тем же дням прошлого месяца',
  'kpi.before.lastMonth': 'к предыдущему месяцу',
  'kpi.before.thisQuarter': 'к тем же дням прошлого квартала',
  'kpi.before.lastQuarter': 'к предыдущему кварталу',
  'kpi.before.thisYear': 'к тем же дням прошлого года',
  'kpi.before.lastYear': 'к предыдущему году',
  'kpi.conversion.classic': 'Выигранных сделок на 100 лидов',
  'kpi.conversion.simple': 'Выигранных сделок на 100 контактов',
  'kpi.time.average': 'Несколько очень долгих случаев поднимают среднее, поэтому оно бывает намного выше обычного.',
  'kpi.time.median': 'Половина — быстрее, половина — дольше.',
  'kpi.noValue': '—',
  'kpi.points': '{value} п. п.',

  'value.leftOut': 'Не учтено: {what}',
  'value.leftOut.why': 'В CRM нет курса этой валюты. Когда он появится, суммы войдут в расчёт при следующей синхронизации.',
  'value.noCurrency':
    '{count, plural, one {# запись без валюты} few {# записи без валюты} many {# записей без валюты} other {# записи без валюты}}',
  'value.unconverted':
    '{count, plural, one {# запись в {currency}} few {# записи в {currency}} many {# записей в {currency}} other {# записи в {currency}}}',

  'chart.total': 'Всего',
  'chart.of': 'из {count, number}',
  'chart.partial': 'период неполный',
  'chart.summary': '{title}. {points}: наибольшее — {highLabel}, {high}; наименьшее — {lowLabel}, {low}.',
  'chart.points': '{count, plural, one {# значение} few {# значения} many {# значений} other {# значения}}',

  'date.month': '{month} {year} г.',
  'duration.second': '{value} с',
  'duration.minute': '{value} мин',
  'duration.hour': '{value} ч',
  'duration.day': '{value} дн.',
};
