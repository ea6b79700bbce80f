import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import { MessagePage } from '../../ui/message-page.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { RecordModel } from './record-model.ts';

const importRecord = () => import('./record.tsx');
type RecordScreen = Awaited<ReturnType<typeof importRecord>>;

/** The tab in a record's card. Its code and texts are of no use on the dashboard: they load here, while the record does. */
export function RecordPage({ model }: { model: RecordModel }) {
  const { i18n } = useApp();
  const { t } = i18n;
  const [screen, setScreen] = useState<RecordScreen | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const load = async () => {
    setFailed(false);
    try {
      const loaded = await importRecord();
      await i18n.load(loaded.RECORD_TEXTS);
      setScreen(loaded);
    } catch {
      setFailed(true);
    }
  };
  useEffect(() => {
    model.refresh();
    load();
  }, [model]);

  if (screen) return <screen.Record model={model} />;
  if (hasFailed) {
    return (
      <MessagePage title={t('loadFailed.title')} text={t('loadFailed.network')}>
        <Button kind="primary" onClick={load}>
          {t('action.retry')}
        </Button>
      </MessagePage>
    );
  }
  return (
    <main class="record" aria-busy="true" aria-label={t('panel.loading')}>
      <Panel title="" subtitle="" state="loading" />
    </main>
  );
}
