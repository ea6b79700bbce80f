import type { ChatTexts } from '../chat-texts.ts';

export const texts: ChatTexts = {
  title: 'Sohbet',
  welcome: 'İşinizle ilgili bir sayı sorun. CRM’inizin kopyasından yanıtlarım.',
  examples: 'Örneğin:',
  'example.1': 'How many leads do we have?',
  'example.2': 'Deals won this month',
  'example.3': 'Revenue this year',
  'example.4': 'Average deal',
  'example.5': 'Conversion rate',
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
  fixedDates:
    'Bu belirli tarihlere ait, bu yüzden panoya eklenemez. Panodaki dönemler kendiliğinden ilerler: bu ay, geçen ay, son 30 gün.',
  ranking: 'En iyisinin kim olduğuna siz karar verin. Kim kaç anlaşma kazandı:',
  notSynced: 'Bunun kayıtları hâlâ kopyalanıyor. Eşitleme bitince yeniden sorun.',
  notUnderstood:
    'Bunu anlamadım. Her seferinde tek bir sayı söylerim: lead’ler, anlaşmalar, gelir, dönüşüm, aramalar, yanıt süreleri — kişiye, kaynağa veya döneme göre. Şimdilik İngilizce, Rusça ve Özbekçe anlıyorum.',
  gone: 'Bu yanıt artık gösterilemiyor.',
  failed: 'Olmadı.',
  offline: 'LeadRelay ile bağlantı yok.',
  tooOften:
    '{count, plural, one {Aynı anda çok fazla soru. # saniye sonra deneyin.} other {Aynı anda çok fazla soru. # saniye sonra deneyin.}}',
  tooMany: 'Bir günlük soru hakkınız doldu. Yeniden sorabileceğiniz saat: {time}.',
  retry: 'Yeniden dene',
};
