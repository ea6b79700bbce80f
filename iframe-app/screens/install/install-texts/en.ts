export const texts = {
  title: 'Connecting LeadRelay to your Bitrix24…',
  text: 'This takes a few seconds. Your data starts to sync right after.',
  doneTitle: 'LeadRelay is connected',
  doneText: 'Bitrix24 is opening the app. If nothing happens, open LeadRelay from the left menu.',
  failedTitle: 'Bitrix24 did not finish the installation',
  failedText: 'Nothing is lost: try again, or reload this page and open LeadRelay from the left menu.',
} as const;
