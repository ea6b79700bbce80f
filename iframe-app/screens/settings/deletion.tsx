import '../../styles/settings.css';
import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../../api.ts';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import { MessagePage } from '../../ui/message-page.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { createDeletion } from './deletion-model.ts';
import { DELETION_TEXTS } from './deletion-texts.ts';

export { DELETION_TEXTS as TEXTS };

interface DeletionProps {
  api: Pick<Api, 'ask'>;
  dashboard: Pick<DashboardModel, 'refresh'>;
  isAdmin: boolean;
}

/** In place of the numbers while everything is being deleted: until when it can be undone, and by whom. */
export function Deletion({ api, dashboard, isAdmin }: DeletionProps) {
  const { i18n, format } = useApp();
  const t = i18n.of(DELETION_TEXTS);
  const [model] = useState(() => createDeletion({ api, dashboard }));
  const deletesAt = model.deletesAt.value;
  const undoing = model.undoing.value;
  useEffect(() => {
    model.load();
  }, [model]);
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = deletesAt && format.moment(deletesAt, timezone, Date.now());
  return (
    <MessagePage title={t('title')} text={time ? t('text', { time }) : t('noDate')}>
      {isAdmin ? (
        <Button kind="primary" onClick={model.undo} isBusy={undoing.kind === 'busy'}>
          {time ? t('undo', { time }) : t('undoNow')}
        </Button>
      ) : (
        <p>{t('ask')}</p>
      )}
      {isAdmin && <p class="settings-note">{t('after')}</p>}
      {undoing.kind === 'failed' && (
        <p class="settings-failed" role="alert">
          {t(undoing.error.code === 'wrong_state' ? 'tooLate' : 'failed')}
        </p>
      )}
    </MessagePage>
  );
}
