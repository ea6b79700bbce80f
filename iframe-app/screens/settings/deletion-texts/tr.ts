import type { DeletionTexts } from '../deletion-texts.ts';

export const texts: DeletionTexts = {
  title: 'Tüm veriler siliniyor',
  text: 'Bunu bir yönetici istedi. {time} tarihine kadar geri alınabilir; sonra her şey kalıcı olarak silinir.',
  noDate: 'Bunu bir yönetici istedi. 30 gün içinde geri alınabilir; sonra her şey kalıcı olarak silinir.',
  undo: 'Geri al (son: {time})',
  undoNow: 'Geri al',
  ask: 'Silmeyi burada bir LeadRelay yöneticisi geri alabilir.',
  after: 'Ardından LeadRelay’i Bitrix24 menüsünden bir kez daha açın: CRM’inize yeniden bağlanır.',
  tooLate: 'Artık geri alınamaz.',
  failed: 'Olmadı. Bir dakika sonra yeniden deneyin.',
};
