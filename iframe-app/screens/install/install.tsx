import { useEffect } from 'preact/hooks';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import { MessagePage } from '../../ui/message-page.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import type { InstallModel } from './install-model.ts';

export function Install({ install }: { install: InstallModel }) {
  const { t } = useApp().i18n;
  const state = install.state.value;
  useEffect(() => {
    install.finish();
  }, [install]);
  if (state === 'failed') {
    return (
      <MessagePage title={t('install.failedTitle')} text={t('install.failedText')}>
        <Button kind="primary" onClick={install.finish}>
          {t('action.retry')}
        </Button>
      </MessagePage>
    );
  }
  if (state === 'done') return <MessagePage title={t('install.doneTitle')} text={t('install.doneText')} />;
  return (
    <MessagePage title={t('install.title')} text={t('install.text')}>
      <ProgressBar value={null} label={t('install.title')} />
    </MessagePage>
  );
}
