import { useRef } from 'preact/hooks';
import { useApp } from '../context.ts';

export type View = 'chat' | 'dashboard';
const VIEWS = ['chat', 'dashboard'] as const;

/** Chat or dashboard. The arrow keys go from one to the other, as they do in any list of tabs. */
export function ViewTabs({ view, onChoose }: { view: View; onChoose: (view: View) => void }) {
  const { t } = useApp().i18n;
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const next = event.key === 'Home' ? 'chat' : event.key === 'End' ? 'dashboard' : view === 'chat' ? 'dashboard' : 'chat';
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
    onChoose(next);
  };
  return (
    <header class="view-tabs">
      <div ref={list} role="tablist" aria-label={t('app.name')} onKeyDown={move}>
        {VIEWS.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === view}
            aria-controls="view"
            tabIndex={name === view ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {t(`view.${name}`)}
          </button>
        ))}
      </div>
    </header>
  );
}
