import type { ComponentChildren } from 'preact';
import { useApp } from '../context.ts';
import { ErrorBoundary } from './error-boundary.tsx';

interface PanelProps {
  title: string;
  subtitle: string;
  state: 'loading' | 'ready' | 'empty' | 'not_synced' | 'failed';
  /** The content is of an earlier load. */
  stale?: boolean;
  kind?: 'chart' | 'kpi';
  /** Grid columns: of twelve, and of two on tablets. */
  span?: { wide: number; tablet: number };
  children?: ComponentChildren;
}

/** The card around every widget: its heading, and what to show where there is no content. Its content may fail without its neighbours. */
export function Panel({ title, subtitle, state, stale = false, kind = 'chart', span, children }: PanelProps) {
  const { t } = useApp().i18n;
  return (
    <section
      class={`panel panel-${kind}`}
      data-state={state}
      aria-busy={state === 'loading'}
      style={span ? { '--span': span.wide, '--span-tablet': span.tablet } : {}}
    >
      <header class="panel-head">
        <h2>{title}</h2>
        {subtitle && <span class="panel-subtitle">{subtitle}</span>}
        {stale && <span class="badge">{t('panel.stale')}</span>}
      </header>
      {state === 'ready' && <ErrorBoundary fallback={<PanelNote state="failed" kind={kind} />}>{children}</ErrorBoundary>}
      {state === 'loading' && <div class="skeleton" role="presentation" />}
      {state !== 'ready' && state !== 'loading' && <PanelNote state={state} kind={kind} />}
    </section>
  );
}

function PanelNote({ state, kind }: { state: 'empty' | 'not_synced' | 'failed'; kind: 'chart' | 'kpi' }) {
  const { t } = useApp().i18n;
  const notes = {
    empty: { title: t('panel.empty'), text: null },
    not_synced: { title: t('panel.notSynced'), text: t('panel.notSyncedText') },
    failed: { title: t('panel.failed'), text: t('panel.failedText') },
  };
  const note = notes[state];
  return (
    <div class="panel-note">
      <strong>{note.title}</strong>
      {kind === 'chart' && note.text && <span>{note.text}</span>}
    </div>
  );
}
