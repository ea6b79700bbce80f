import type { ComponentChildren } from 'preact';
import { useApp } from '../context.ts';
import { ErrorBoundary } from './error-boundary.tsx';

interface PanelProps {
  title: string;
  subtitle: string;
  state: 'loading' | 'ready' | 'empty' | 'not_synced' | 'failed' | 'not_drawable';
  /** The content is of an earlier load. */
  stale?: boolean;
  kind?: 'chart' | 'kpi';
  /** Of the widget, for who comes later and looks for its card. */
  id?: string;
  /** In place of the title. */
  heading?: ComponentChildren;
  /** Stands in the card's corner. */
  actions?: ComponentChildren;
  /** Why there are no numbers yet, more exactly. */
  coverage?: string | null | undefined;
  /** Where there is no content: what can be done about it. */
  help?: ComponentChildren;
  /** Its place in a grid, in variables of the styles. */
  style?: Record<`--${string}`, number>;
  children?: ComponentChildren;
}

/** The card around every widget: its heading, and what to show where there is no content. Its content may fail without its neighbours. */
export function Panel(props: PanelProps) {
  const { title, subtitle, state, stale = false, kind = 'chart', id, heading, actions, coverage, help, style, children } = props;
  const { t } = useApp().i18n;
  return (
    <section class={`panel panel-${kind}`} data-widget={id} data-state={state} aria-busy={state === 'loading'} style={style}>
      <header class="panel-head">
        {heading ?? <h2>{title}</h2>}
        {subtitle && <span class="panel-subtitle">{subtitle}</span>}
        {stale && <span class="badge">{t('panel.stale')}</span>}
        {actions}
      </header>
      {state === 'ready' && <ErrorBoundary fallback={<PanelNote state="not_drawable" kind={kind} />}>{children}</ErrorBoundary>}
      {state === 'loading' && <div class="skeleton" role="presentation" />}
      {state !== 'ready' && state !== 'loading' && <PanelNote state={state} kind={kind} coverage={coverage} help={help} />}
    </section>
  );
}

interface PanelNoteProps extends Pick<PanelProps, 'coverage' | 'help'> {
  state: 'empty' | 'not_synced' | 'failed' | 'not_drawable';
  kind: 'chart' | 'kpi';
}

function PanelNote({ state, kind, coverage, help }: PanelNoteProps) {
  const { t } = useApp().i18n;
  const notes = {
    empty: { title: t('panel.empty'), text: null },
    not_synced: { title: t('panel.notSynced'), text: coverage ?? t('panel.notSyncedText') },
    failed: { title: t('panel.failed'), text: t('panel.failedText') },
    not_drawable: { title: t('panel.notDrawable'), text: null },
  };
  const note = notes[state];
  return (
    <div class="panel-note">
      <strong>{note.title}</strong>
      {(kind === 'chart' || coverage) && note.text && <span>{note.text}</span>}
      {help}
    </div>
  );
}
