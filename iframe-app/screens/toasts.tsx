import { useEffect, useRef } from 'preact/hooks';
import { followVisiblePart } from '../ui/overlay.tsx';
import type { DashboardT } from './dashboard/dashboard-texts.ts';
import type { Toast, WidgetModel } from './dashboard/widget-model.ts';
import { cardOf } from './dashboard/widget-parts.tsx';
import { CHANGE_CODES, problemText } from './problem-text.ts';

/** Long enough to read it and to reach the button. */
const SHOWN_MS = 15_000;

/** What has just happened, and the way back. Always in the page, so that a screen reader hears what comes into it. */
export function Toasts({ model, t }: { model: WidgetModel; t: DashboardT }) {
  const box = useRef<HTMLDivElement>(null);
  const toast = model.toast.value;
  useEffect(() => {
    if (!toast) return;
    const { stop } = followVisiblePart();
    const timer = setInterval(() => {
      // Not from under somebody's hand.
      if (!box.current?.matches(':hover, :focus-within')) model.toast.value = null;
    }, SHOWN_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [toast, model]);
  return (
    <div class="toasts" role="status" ref={box}>
      {toast && (
        <div class={toast.kind === 'failed' ? 'toast is-failed' : 'toast'}>
          <span>{toastText(toast, t)}</span>
          {toast.kind === 'removed' && (
            <button
              type="button"
              class="toast-action"
              onClick={async () => {
                await toast.undo();
                // The button has gone with its news.
                if (document.activeElement === document.body) focusCard(toast.widget.id);
              }}
            >
              {t('undo')}
            </button>
          )}
          {(toast.kind === 'added' || toast.kind === 'restored') && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                model.toast.value = null;
                showCard(toast.widget.id);
              }}
            >
              {t('toast.show')}
            </button>
          )}
          <button
            type="button"
            class="toast-action"
            aria-label={t('close')}
            onClick={() => {
              model.toast.value = null;
            }}
          >
            ✕
          </button>
        </div>
      )}
    </div>
  );
}

function toastText(toast: Toast, t: DashboardT): string {
  if (toast.kind === 'failed') return problemText(toast.error, t, CHANGE_CODES);
  return t(`toast.${toast.kind}`, { title: toast.widget.config.title });
}

/** Scrolls the portal's page, as the frame is as tall as the dashboard. The keyboard goes on from there. */
function showCard(id: string): void {
  cardOf(id)?.scrollIntoView({ block: 'center' });
  focusCard(id);
}

function focusCard(id: string): void {
  cardOf(id)?.querySelector<HTMLElement>('.card-menu-button')?.focus({ preventScroll: true });
}
