import type { InstallTexts } from '../install-texts.ts';

export const texts: InstallTexts = {
  title: 'LeadRelay, Bitrix24 hesabınıza bağlanıyor…',
  text: 'Bu birkaç saniye sürer. Hemen ardından verileriniz yüklenmeye başlar.',
  doneTitle: 'LeadRelay bağlandı',
  doneText: 'Bitrix24 uygulamayı açıyor. Bir şey olmazsa LeadRelay’i sol menüden açın.',
  failedTitle: 'Bitrix24 kurulumu tamamlamadı',
  failedText: 'Hiçbir şey kaybolmadı: yeniden deneyin veya sayfayı yenileyip LeadRelay’i sol menüden açın.',
};
