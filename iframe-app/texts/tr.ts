import type { AppTexts } from '../i18n.ts';

export const texts: AppTexts = {
  'app.name': 'LeadRelay',
  'app.title': 'Satışa genel bakış',

  'action.refresh': 'Yenile',
  'action.refreshing': 'Yenileniyor…',
  'action.retry': 'Yeniden dene',
  'action.restartSync': 'Yeniden başlat',
  'action.resumeSync': 'Devam ettir',
  'action.settings': 'Ayarlar',

  'view.chat': 'Sohbet',
  'view.dashboard': 'Pano',

  'install.title': 'LeadRelay, Bitrix24 hesabınıza bağlanıyor…',
  'install.text': 'Bu birkaç saniye sürer. Hemen ardından verileriniz yüklenmeye başlar.',
  'install.doneTitle': 'LeadRelay bağlandı',
  'install.doneText': 'Bitrix24 uygulamayı açıyor. Bir şey olmazsa LeadRelay’i sol menüden açın.',
  'install.failedTitle': 'Bitrix24 kurulumu tamamlamadı',
  'install.failedText': 'Hiçbir şey kaybolmadı: yeniden deneyin veya sayfayı yenileyip LeadRelay’i sol menüden açın.',

  'notice.ask_admin.title': 'Önce bir yöneticiden LeadRelay’i açmasını isteyin',
  'notice.ask_admin.text':
    'LeadRelay bu portalda henüz kurulmadı. Bir Bitrix24 yöneticisinin tek tıklaması yeterli, ardından herkes için çalışır.',
  'notice.not_installed.title': 'LeadRelay bu portalda yüklü değil',
  'notice.not_installed.text': 'Bitrix24 Market’ten yükleyin, sonra burada yeniden açın.',
  'notice.reopen.title': 'LeadRelay’i yeniden açın',
  'notice.reopen.text': 'Oturumunuz sona erdi. Bu sayfayı kapatın ve LeadRelay’i Bitrix24 menüsünden açın.',
  'notice.no_access.title': 'Erişiminiz kapatıldı',
  'notice.no_access.text': 'LeadRelay yöneticisi ayarlardan geri verebilir.',
  'notice.broken.title': 'LeadRelay başlatılamadı',
  'notice.broken.text': 'Sayfa eksik yüklendi. Yenileyin; işe yaramazsa LeadRelay’i Bitrix24 menüsünden açın.',

  'sync.title': 'CRM verileriniz yükleniyor…',
  'sync.connecting': 'CRM’inize bağlanılıyor…',
  'sync.progress': 'Yükleme durumu',
  'sync.progress.leads': '{done} / {count, number} müşteri adayı',
  'sync.progress.deals': '{done} / {count, number} anlaşma',
  'sync.progress.contacts': '{done} / {count, number} kişi',
  'sync.progress.companies': '{done} / {count, number} şirket',
  'sync.progress.activities': '{done} / {count, number} aktivite',
  'sync.progress.stageHistory': '{done} / {count, number} aşama değişikliği',
  'sync.hint': 'Büyük portallarda genellikle 15–30 dakika sürer. Sayfayı kapatabilirsiniz: yükleme siz olmadan devam eder.',
  'sync.minutesLeft': 'Yaklaşık {count, number} dakika kaldı',
  'sync.rate': 'saniyede ≈\u00a0{count, number} kayıt',
  'sync.coveredFrom': '{month} tarihinden beri yüklendi',
  'sync.estimating': 'Kalan süre hesaplanıyor…',
  'sync.underAMinute': 'Bir dakikadan az kaldı',
  'sync.partial': 'Veriler geldikçe göstergeler dolar.',
  'sync.waiting': 'Bekliyor',
  'sync.crmWaits': 'CRM’iniz uygulamalara verileri parça parça verir. Yükleme birkaç dakika içinde kendiliğinden sürer.',

  'entity.leads': 'Müşteri adayları',
  'entity.deals': 'Anlaşmalar',
  'entity.contacts': 'Kişiler',
  'entity.companies': 'Şirketler',
  'entity.activities': 'Aktiviteler',
  'entity.stageHistory': 'Aşama geçmişi',
  'entity.products': 'Anlaşma ürünleri',
  'entity.people': 'Ekip üyeleri',

  'syncProblem.error.title': 'Yükleme durdu',
  'syncProblem.error.text':
    'CRM verileri kopyalanırken bir hata oluştu. Kendiliğinden yeniden denenir; şimdi de başlatabilirsiniz.',
  'syncProblem.blocked.title': 'Bitrix24 tarifeniz yüklemeye izin vermiyor',
  'syncProblem.blocked.text':
    'Bitrix24 bu uygulamanın verilere erişimini reddediyor. Portalın tarifesini kontrol edip yeniden başlatın.',
  'syncProblem.reauth.title': 'LeadRelay, CRM’inize erişimini kaybetti',
  'syncProblem.reauth.text':
    'Yeniden bağlamak için bir yönetici LeadRelay’i Bitrix24’te açar veya ayarlardaki webhook’u değiştirir.',
  'syncProblem.paused.title': 'Yükleme duraklatıldı',
  'syncProblem.paused.text': 'Devam edene kadar rakamlar olduğu gibi kalır.',
  'syncProblem.permissions_changed.title': 'CRM’deki erişim hakları değişti',
  'syncProblem.permissions_changed.text':
    'LeadRelay artık tüm kayıtları görmüyor. CRM’de tam yetkili bir yönetici uygulamayı bir kez açmalı.',
  'syncProblem.storage_full.title': 'Depolama alanı dolu',
  'syncProblem.storage_full.text': 'Yer açılana kadar yeni kayıtlar kopyalanamaz.',

  'syncBadge.error': 'Eşitleme duraklatıldı — CRM bağlantısı yok',
  'syncBadge.blocked': 'CRM tarifesi izin vermiyor',
  'syncBadge.reauth': 'CRM erişimi kayboldu',
  'syncBadge.paused': 'Eşitleme duraklatıldı',
  'syncBadge.permissions_changed': 'CRM hakları değişti',
  'syncBadge.storage_full': 'Depolama dolu',
  'syncBadge.errorNote': 'LeadRelay kendiliğinden yeniden dener. O zamana kadar rakamlar belirtilen saate aittir.',

  'dashboard.asOf': 'Veri zamanı: {time}',
  'dashboard.emptyTitle': 'CRM’inizde henüz kayıt yok',
  'dashboard.emptyText':
    'Bitrix24’te ilk müşteri adayınızı veya anlaşmanızı ekleyin ya da içe aktarın. Burada kendiliğinden görünürler.',
  'dashboard.emptyTextSimple':
    'Bitrix24’te ilk kişinizi veya anlaşmanızı ekleyin ya da içe aktarın. Burada kendiliğinden görünürler.',

  'offline.title': 'LeadRelay ile bağlantı yok',
  'offline.text': '{time} itibarıyla yüklenen rakamları görüyorsunuz. Denemeye devam ediyoruz.',
  'loadFailed.title': 'Göstergeler yüklenemedi',
  'loadFailed.network': 'LeadRelay yanıt vermiyor. Bağlantınızı kontrol edip yeniden deneyin.',
  'loadFailed.server': 'Bizim tarafımızda bir hata oluştu. Bir dakika sonra yeniden deneyin.',
  'loadFailed.stale': 'Bizim tarafımızda bir hata oluştu. {time} itibarıyla yüklenen rakamları görüyorsunuz.',
  'loadFailed.request': 'İstek {id}',

  'panel.loading': 'Yükleniyor…',
  'panel.empty': 'Bu dönemde hiçbir şey yok',
  'panel.notSynced': 'Henüz yüklenmedi',
  'panel.notSyncedText': 'Verileri kopyalanınca görünür.',
  'panel.failed': 'Hesaplanamadı',
  'panel.failedText': 'Diğer rakamlar etkilenmez.',
  'panel.stale': 'Önceki rakamlar',

  'range.days': 'Son {count, number} gün',
  'range.all': 'Tüm zamanlar',
  'kpi.comparedWith': '{count, number} gün öncesine göre',
  'kpi.conversion.classic': '100 müşteri adayı başına kazanılan anlaşma',
  'kpi.conversion.simple': '100 kişi başına kazanılan anlaşma',
  'kpi.noValue': '—',
  'kpi.points': '{value} puan',

  'value.noCurrency': '+ para birimi olmayan {count, number} kayıt',
  'value.unconverted': '+ {currency} cinsinden {count, number} kayıt',

  'chart.total': 'Toplam',
  'chart.category': 'Kategori',
  'chart.value': 'Değer',
  'chart.summary': '{title}. {points}: en yüksek {highLabel}, {high}; en düşük {lowLabel}, {low}.',
  'chart.points': '{count, number} değer',

  'date.month': '{month} {year}',
  'duration.second': '{value} sn',
  'duration.minute': '{value} dk',
  'duration.hour': '{value} sa',
  'duration.day': '{value} gün',
};
