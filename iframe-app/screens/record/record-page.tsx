import { useEffect } from 'preact/hooks';
import { useApp } from '../../context.ts';
import { Panel } from '../../ui/panel.tsx';
import { LaterPage } from '../later-page.tsx';
import type { RecordModel } from './record-model.ts';

const importRecord = () => import('./record.tsx');

/** The tab in a record's card. Its code loads while the record does. */
export function RecordPage({ model }: { model: RecordModel }) {
  const { t } = useApp().i18n;
  useEffect(() => {
    model.refresh();
  }, [model]);
  return (
    <LaterPage load={importRecord} draw={({ Record }) => <Record model={model} />}>
      <main class="record" aria-busy="true" aria-label={t('panel.loading')}>
        <Panel title="" subtitle="" state="loading" />
      </main>
    </LaterPage>
  );
}
