/**
 * Opens a page of the portal over this one.
 * @param {string} path
 * @param {{ width?: number, label?: { text?: string, color?: string, bgColor?: string } }} [options] width in pixels; default: all but the edge
 * @returns {Promise<void>} resolves when the slider is closed
 */
export function openSlider(path, { width, label } = {}) {
  const url = new URL(path, location.origin);
  url.searchParams.set('IFRAME', 'Y');
  url.searchParams.set('IFRAME_TYPE', 'SIDE_SLIDER');

  const overlay = document.createElement('div');
  overlay.className = 'slider-overlay';
  const frame = document.createElement('iframe');
  frame.className = 'slider-frame';
  frame.src = url.href;
  const panel = document.createElement('div');
  panel.className = 'slider-panel';
  if (width > 0) panel.style.width = `${width}px`;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'slider-close';
  close.textContent = '✕';
  close.title = JSON.parse(document.body.dataset.texts).close;
  panel.append(close, frame);
  if (label?.text) {
    const edge = document.createElement('span');
    edge.className = 'slider-label';
    edge.textContent = label.text;
    edge.style.color = label.color ?? '';
    edge.style.background = label.bgColor ?? '';
    panel.append(edge);
  }
  overlay.append(panel);
  document.body.append(overlay);

  return new Promise((resolve) => {
    const onKey = (event) => event.key === 'Escape' && finish();
    function finish() {
      overlay.remove();
      document.removeEventListener('keydown', onKey);
      resolve();
    }
    close.addEventListener('click', finish);
    overlay.addEventListener('click', (event) => event.target === overlay && finish());
    frame.addEventListener('slider:close', finish);
    document.addEventListener('keydown', onKey);
    close.focus();
  });
}

/** Closes the slider this page is shown in; nothing happens on a page that is in none. */
export function closeOwnSlider() {
  if (document.body.classList.contains('slider')) window.frameElement?.dispatchEvent(new Event('slider:close'));
}
