import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../context.ts';
import type { TextSource } from '../text-types.ts';
import { Button } from '../ui/button.tsx';
import { MessagePage } from '../ui/message-page.tsx';
import { Panel } from '../ui/panel.tsx';

interface OwnPageProps<Model> {
  model: Model;
  load: () => Promise<{ Page: ComponentType<{ model: Model }>; TEXTS: TextSource<unknown> }>;
  /** Called at once: what the page waits for is on its way while its code is. */
  onOpen: () => void;
}

/** What is opened in the dashboard's place. Its code and texts are of no use there: they load here. */
export function OwnPage<Model>({ model, load, onOpen }: OwnPageProps<Model>) {
  const { i18n } = useApp();
  const { t } = i18n;
  const [screen, setScreen] = useState<{ Page: ComponentType<{ model: Model }> } | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const bring = async () => {
    setFailed(false);
    try {
      const { Page, TEXTS } = await load();
      await i18n.load(TEXTS);
      setScreen({ Page });
    } catch {
      setFailed(true);
    }
  };
  useEffect(() => {
    onOpen();
    bring();
  }, [model]);

  if (screen) return <screen.Page model={model} />;
  if (hasFailed) {
    return (
      <MessagePage title={t('loadFailed.title')} text={t('loadFailed.network')}>
        <Button kind="primary" onClick={bring}>
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
