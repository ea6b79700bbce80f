import type { BootData } from '../../contract/session.ts';
import { useApp } from '../context.ts';
import { Button } from '../ui/button.tsx';
import { MessagePage } from '../ui/message-page.tsx';

/** A page that has nothing but a next step to show. `broken`: the page itself arrived incomplete. */
export function Notice({ kind }: { kind: NonNullable<BootData['notice']> | 'broken' }) {
  const { t } = useApp().i18n;
  return (
    <MessagePage title={t(`notice.${kind}.title`)} text={t(`notice.${kind}.text`)}>
      {kind === 'broken' && <Button onClick={() => location.reload()}>{t('action.retry')}</Button>}
    </MessagePage>
  );
}
