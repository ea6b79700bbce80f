export const texts = {
  title: 'All data is being deleted',
  text: 'An administrator asked for it. Until {time} it can be undone; then everything is erased for good.',
  noDate: 'An administrator asked for it. It can be undone for 30 days; then everything is erased for good.',
  undo: 'Undo until {time}',
  undoNow: 'Undo',
  ask: 'An administrator of LeadRelay can undo it here.',
  after: 'After that, open LeadRelay from the Bitrix24 menu once more: it connects to your CRM anew.',
  tooLate: 'It is too late to undo it.',
  failed: 'That did not work. Try again in a minute.',
} as const;
