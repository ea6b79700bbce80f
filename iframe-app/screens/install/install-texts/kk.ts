import type { InstallTexts } from '../install-texts.ts';

export const texts: InstallTexts = {
  title: 'LeadRelay сіздің Битрикс24-ке қосылуда…',
  text: 'Бұл бірнеше секунд алады. Содан кейін деректер бірден жүктеле бастайды.',
  doneTitle: 'LeadRelay қосылды',
  doneText: 'Битрикс24 қолданбаны ашып жатыр. Ештеңе болмаса, LeadRelay-ді сол жақ мәзірден ашыңыз.',
  failedTitle: 'Битрикс24 орнатуды аяқтамады',
  failedText: 'Ештеңе жоғалған жоқ: қайталаңыз немесе бетті қайта жүктеп, LeadRelay-ді сол жақ мәзірден ашыңыз.',
};
