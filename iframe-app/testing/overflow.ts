import type { Page } from 'playwright-core';

/**
 * What does not fit: elements that are wider than their place, reach out of the window, or have lines cut off.
 * @returns their HTML; empty when everything can be read
 */
export function findCutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      // A field scrolls what is typed into it, and what only screen readers see has no size.
      if (element.closest('.visually-hidden, svg, script, input, select, canvas')) continue;
      const isHeardOnly = (one: Element | null): boolean =>
        one !== null && (getComputedStyle(one).clipPath === 'inset(50%)' || isHeardOnly(one.parentElement));
      if (isHeardOnly(element)) continue;
      const { clientWidth, scrollWidth, clientHeight, scrollHeight } = element;
      // What scrolls hides nothing for good.
      const hidesLines = ['hidden', 'clip'].includes(getComputedStyle(element).overflowY) && scrollHeight > clientHeight + 1;
      const box = element.getBoundingClientRect();
      const isOutside = box.width > 0 && (box.right > document.documentElement.clientWidth + 0.5 || box.left < -0.5);
      if (clientWidth > 0 && (scrollWidth > clientWidth || hidesLines || isOutside)) cut.push(element.outerHTML.slice(0, 300));
    }
    return cut;
  });
}
