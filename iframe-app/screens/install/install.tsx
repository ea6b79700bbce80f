import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import { MessagePage } from '../../ui/message-page.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import type { InstallModel } from './install-model.ts';
import { INSTALL_TEXTS } from './install-texts.ts';

export { INSTALL_TEXTS as TEXTS };

export function Install({ model }: { model: InstallModel }) {
  const { i18n } = useApp();
  const t = i18n.of(INSTALL_TEXTS);
  const state = model.state.value;
  if (state === 'failed') {
    return (
      <MessagePage title={t('failedTitle')} text={t('failedText')}>
        <Button kind="primary" onClick={model.finish}>
          {i18n.t('action.retry')}
        </Button>
      </MessagePage>
    );
  }
  if (state === 'done') return <MessagePage title={t('doneTitle')} text={t('doneText')} />;
  return (
    <MessagePage title={t('title')} text={t('text')}>
      <ProgressBar value={null} label={t('title')} />
    </MessagePage>
  );
}
