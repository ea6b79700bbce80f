import type { ApiError } from '../api.ts';
import { useApp } from '../context.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { MessagePage } from '../ui/message-page.tsx';

/** Above old numbers that stay on show: why there are no new ones. */
export function LoadFailure({ error, loadedAt }: { error: ApiError; loadedAt: number | null }) {
  const { i18n, format } = useApp();
  const { t } = i18n;
  const time = loadedAt === null ? '' : format.clock(loadedAt);
  if (error.kind === 'session') return <Banner title={t('notice.reopen.title')} text={t('notice.reopen.text')} />;
  if (error.kind === 'network') return <Banner title={t('offline.title')} text={t('offline.text', { time })} />;
  return <Banner title={t('loadFailed.title')} text={t('loadFailed.stale', { time })} note={useRequestNote(error)} />;
}

interface LoadFailurePageProps {
  error: ApiError;
  onRetry: () => void;
  isBusy: boolean;
}

/** In place of numbers that never arrived. */
export function LoadFailurePage({ error, onRetry, isBusy }: LoadFailurePageProps) {
  const { t } = useApp().i18n;
  const text = t(error.kind === 'network' ? 'loadFailed.network' : 'loadFailed.server');
  return (
    <MessagePage title={t('loadFailed.title')} text={text} note={useRequestNote(error)}>
      <Button kind="primary" onClick={onRetry} isBusy={isBusy}>
        {t('action.retry')}
      </Button>
    </MessagePage>
  );
}

/** What to quote to support. */
function useRequestNote(error: ApiError): string | undefined {
  const { t } = useApp().i18n;
  return error.requestId === null ? undefined : t('loadFailed.request', { id: error.requestId });
}
