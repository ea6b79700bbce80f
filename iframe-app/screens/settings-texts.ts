import type { Language } from '../i18n.ts';

const en = {
  title: 'Settings',
  back: 'Back to the dashboard',

  connections: 'Connections',
  loading: 'Loading…',
  noConnections: 'No CRM is connected yet.',
  retry: 'Try again',
  'crm.bitrix24': 'Bitrix24',
  'crm.hubspot': 'HubSpot',
  'crm.zoho': 'Zoho CRM',
  'crm.freshsales': 'Freshsales',
  'kind.app': 'By the installed app',
  'kind.webhook': 'By inbound webhook',
  'status.active': 'Connected',
  'status.reauth': 'Access lost',
  'status.blocked': 'Blocked by the CRM',
  'status.paused': 'Paused',
  'status.permissions_changed': 'Access rights changed',
  'status.uninstalled': 'App removed',
  appKeeps: 'The app in your portal keeps this connection. No webhook is needed.',
  'reconnect.app': 'To connect it again, an administrator opens LeadRelay from the Bitrix24 menu.',
  'reconnect.webhook': 'To connect it again, replace the webhook below.',

  'webhook.connect': 'Connect by inbound webhook',
  'webhook.replace': 'Replace the webhook',
  'webhook.connectText': 'For a Bitrix24 portal where the LeadRelay app is not installed.',
  'webhook.replaceText':
    'For when the webhook was deleted in Bitrix24 or should get other rights. The new one has to be of the same portal.',
  'webhook.step1': 'In Bitrix24, as an administrator, open Developer resources → Other → Inbound webhook.',
  'webhook.step2': 'Give it these permissions:',
  'webhook.step3': 'Copy its address into the field below.',
  'webhook.field': 'Webhook address',
  'webhook.secret': 'The address is a secret, like a password. It is stored encrypted and never shown again.',
  'webhook.submit': 'Connect',
  'webhook.busy': 'Connecting…',
  'webhook.done': 'The webhook is connected. The sync goes on by itself; the dashboard shows its progress.',

  copy: 'Copy of your CRM',
  'copy.text': 'LeadRelay works on its own copy of your CRM. Copy it again to bring in what has changed since.',
  'copy.submit': 'Copy again',
  'copy.done': 'Copying has begun. You can go back to the dashboard: it shows the progress.',
  'problem.copiedJustNow': 'Your CRM was copied less than five minutes ago. Try again a little later.',

  timezone: 'Time zone',
  'timezone.text': 'Days, weeks and months on the dashboard begin at midnight of this zone, for everyone in your company.',
  'timezone.now': 'Time there now',
  'timezone.submit': 'Save',
  'timezone.busy': 'Saving…',
  'timezone.done': 'The time zone is saved.',

  'problem.wrongAddress':
    'This is not the address of an inbound webhook. It looks like https://your-portal.bitrix24.com/rest/1/secret/',
  'problem.refused':
    'The portal does not accept this webhook. Check that it still exists, that an administrator made it and that it has the permissions above.',
  'problem.noAnswer': 'The portal does not answer. Check the address, then try again in a minute.',
  'problem.otherPortal':
    'Another Bitrix24 portal is connected already. A webhook can only be replaced by one of the same portal.',
  'problem.tooOften': 'That was too often in a short time. Try again in a minute.',
  'problem.forbidden': 'Only administrators may change this.',
  'problem.offline': 'LeadRelay did not answer. Check your connection, then try again.',
  'problem.failed': 'Something went wrong on our side. Try again in a minute.',
};

export type SettingsTexts = typeof en;

const ru: SettingsTexts = {
  title: 'Настройки',
  back: 'Назад к отчётам',

  connections: 'Подключения',
  loading: 'Загрузка…',
  noConnections: 'Ни одна CRM ещё не подключена.',
  retry: 'Повторить',
  'crm.bitrix24': 'Битрикс24',
  'crm.hubspot': 'HubSpot',
  'crm.zoho': 'Zoho CRM',
  'crm.freshsales': 'Freshsales',
  'kind.app': 'Через установленное приложение',
  'kind.webhook': 'Через входящий вебхук',
  'status.active': 'Подключено',
  'status.reauth': 'Доступ потерян',
  'status.blocked': 'Доступ закрыт в CRM',
  'status.paused': 'Приостановлено',
  'status.permissions_changed': 'Права доступа изменились',
  'status.uninstalled': 'Приложение удалено',
  appKeeps: 'Это подключение обеспечивает приложение на вашем портале. Вебхук не нужен.',
  'reconnect.app': 'Чтобы восстановить доступ, администратор открывает LeadRelay из меню Битрикс24.',
  'reconnect.webhook': 'Чтобы восстановить доступ, замените вебхук ниже.',

  'webhook.connect': 'Подключить через входящий вебхук',
  'webhook.replace': 'Заменить вебхук',
  'webhook.connectText': 'Для портала Битрикс24, на котором приложение LeadRelay не установлено.',
  'webhook.replaceText':
    'Нужно, если вебхук удалили в Битрикс24 или ему требуются другие права. Новый вебхук должен быть с того же портала.',
  'webhook.step1': 'В Битрикс24 от имени администратора откройте «Разработчикам» → «Другое» → «Входящий вебхук».',
  'webhook.step2': 'Дайте ему права:',
  'webhook.step3': 'Скопируйте его адрес в поле ниже.',
  'webhook.field': 'Адрес вебхука',
  'webhook.secret': 'Адрес секретный, как пароль. Он хранится в зашифрованном виде и больше не показывается.',
  'webhook.submit': 'Подключить',
  'webhook.busy': 'Подключаем…',
  'webhook.done': 'Вебхук подключён. Загрузка продолжится сама, её ход виден в отчётах.',

  copy: 'Копия вашей CRM',
  'copy.text': 'LeadRelay работает со своей копией CRM. Скопируйте её ещё раз, чтобы увидеть, что изменилось с тех пор.',
  'copy.submit': 'Скопировать ещё раз',
  'copy.done': 'Копирование началось. Можно вернуться к отчётам: там виден ход.',
  'problem.copiedJustNow': 'CRM копировалась меньше пяти минут назад. Повторите чуть позже.',

  timezone: 'Часовой пояс',
  'timezone.text': 'Дни, недели и месяцы в отчётах начинаются в полночь этого пояса — для всех в вашей компании.',
  'timezone.now': 'Сейчас там',
  'timezone.submit': 'Сохранить',
  'timezone.busy': 'Сохраняем…',
  'timezone.done': 'Часовой пояс сохранён.',

  'problem.wrongAddress': 'Это не адрес входящего вебхука. Он выглядит так: https://ваш-портал.bitrix24.ru/rest/1/секрет/',
  'problem.refused':
    'Портал не принимает этот вебхук. Проверьте, что он не удалён, что его создал администратор и что у него есть права, указанные выше.',
  'problem.noAnswer': 'Портал не отвечает. Проверьте адрес и повторите через минуту.',
  'problem.otherPortal': 'Уже подключён другой портал Битрикс24. Вебхук можно заменить только вебхуком того же портала.',
  'problem.tooOften': 'Слишком много попыток подряд. Повторите через минуту.',
  'problem.forbidden': 'Это могут менять только администраторы.',
  'problem.offline': 'LeadRelay не отвечает. Проверьте соединение и повторите.',
  'problem.failed': 'Что-то пошло не так на нашей стороне. Повторите через минуту.',
};

const uz: SettingsTexts = {
  title: 'Sozlamalar',
  back: 'Ko‘rsatkichlarga qaytish',

  connections: 'Ulanishlar',
  loading: 'Yuklanmoqda…',
  noConnections: 'Hali birorta CRM ulanmagan.',
  retry: 'Qayta urinish',
  'crm.bitrix24': 'Bitrix24',
  'crm.hubspot': 'HubSpot',
  'crm.zoho': 'Zoho CRM',
  'crm.freshsales': 'Freshsales',
  'kind.app': 'O‘rnatilgan ilova orqali',
  'kind.webhook': 'Kiruvchi vebhuk orqali',
  'status.active': 'Ulangan',
  'status.reauth': 'Ruxsat yo‘qolgan',
  'status.blocked': 'CRM ruxsatni yopgan',
  'status.paused': 'To‘xtatib turilgan',
  'status.permissions_changed': 'Kirish huquqlari o‘zgargan',
  'status.uninstalled': 'Ilova o‘chirilgan',
  appKeeps: 'Bu ulanishni portalingizdagi ilova ta’minlaydi. Vebhuk kerak emas.',
  'reconnect.app': 'Qayta ulash uchun administrator LeadRelayni Bitrix24 menyusidan ochadi.',
  'reconnect.webhook': 'Qayta ulash uchun quyida vebhukni almashtiring.',

  'webhook.connect': 'Kiruvchi vebhuk orqali ulash',
  'webhook.replace': 'Vebhukni almashtirish',
  'webhook.connectText': 'LeadRelay ilovasi o‘rnatilmagan Bitrix24 portali uchun.',
  'webhook.replaceText':
    'Vebhuk Bitrix24’da o‘chirilgan yoki unga boshqa huquqlar kerak bo‘lsa. Yangisi o‘sha portalniki bo‘lishi kerak.',
  'webhook.step1': 'Bitrix24’da administrator sifatida Developer resources → Other → Inbound webhook bo‘limini oching.',
  'webhook.step2': 'Unga quyidagi huquqlarni bering:',
  'webhook.step3': 'Manzilini quyidagi maydonga nusxalang.',
  'webhook.field': 'Vebhuk manzili',
  'webhook.secret': 'Manzil parol kabi maxfiy. U shifrlangan holda saqlanadi va boshqa ko‘rsatilmaydi.',
  'webhook.submit': 'Ulash',
  'webhook.busy': 'Ulanmoqda…',
  'webhook.done': 'Vebhuk ulandi. Yuklash o‘zi davom etadi, uning borishi ko‘rsatkichlar sahifasida ko‘rinadi.',

  copy: 'CRM nusxasi',
  'copy.text':
    'LeadRelay CRM tizimingizning o‘z nusxasi bilan ishlaydi. O‘shandan beri o‘zgarganlarini ko‘rish uchun uni qayta nusxalang.',
  'copy.submit': 'Qayta nusxalash',
  'copy.done': 'Nusxalash boshlandi. Ko‘rsatkichlarga qaytishingiz mumkin: jarayon o‘sha yerda ko‘rinadi.',
  'problem.copiedJustNow': 'CRM besh daqiqadan kamroq vaqt oldin nusxalangan. Birozdan so‘ng qayta urinib ko‘ring.',

  timezone: 'Vaqt mintaqasi',
  'timezone.text':
    'Ko‘rsatkichlardagi kun, hafta va oylar shu mintaqaning yarim tunida boshlanadi — kompaniyangizdagi hamma uchun.',
  'timezone.now': 'U yerda hozir',
  'timezone.submit': 'Saqlash',
  'timezone.busy': 'Saqlanmoqda…',
  'timezone.done': 'Vaqt mintaqasi saqlandi.',

  'problem.wrongAddress': 'Bu kiruvchi vebhuk manzili emas. U shunday ko‘rinadi: https://portalingiz.bitrix24.com/rest/1/maxfiy/',
  'problem.refused':
    'Portal bu vebhukni qabul qilmayapti. U o‘chirilmaganini, uni administrator yaratganini va yuqoridagi huquqlari borligini tekshiring.',
  'problem.noAnswer': 'Portal javob bermayapti. Manzilni tekshirib, bir daqiqadan so‘ng qayta urinib ko‘ring.',
  'problem.otherPortal':
    'Boshqa Bitrix24 portali allaqachon ulangan. Vebhukni faqat o‘sha portalning vebhukiga almashtirish mumkin.',
  'problem.tooOften': 'Qisqa vaqtda urinishlar juda ko‘p bo‘ldi. Bir daqiqadan so‘ng qayta urinib ko‘ring.',
  'problem.forbidden': 'Buni faqat administratorlar o‘zgartira oladi.',
  'problem.offline': 'LeadRelay javob bermayapti. Ulanishni tekshirib, qayta urinib ko‘ring.',
  'problem.failed': 'Biz tomonda xatolik yuz berdi. Bir daqiqadan so‘ng qayta urinib ko‘ring.',
};

/** Apart from the app's other texts, so that they load with the screen that few people ever open. */
export const SETTINGS_TEXTS: Record<Language, SettingsTexts> = { en, ru, uz };
