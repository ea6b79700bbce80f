import { openAppFrames } from './app-frames.js';
import { openSlider } from './slider.js';

const inSlider = document.body.classList.contains('slider');

// As in Bitrix24, records open over the page; inside a slider every page of the portal does.
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null;
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!inSlider && !('slider' in link.dataset)) return;
  event.preventDefault();
  openSlider(link.getAttribute('href'));
});

for (const tab of document.querySelectorAll('[role=tab]')) {
  tab.addEventListener('click', () => {
    for (const other of document.querySelectorAll('[role=tab]')) {
      other.setAttribute('aria-selected', String(other === tab));
      document.getElementById(other.getAttribute('aria-controls')).hidden = other !== tab;
    }
    openAppFrames();
  });
}

openAppFrames();
