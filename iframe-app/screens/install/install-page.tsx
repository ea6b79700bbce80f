import { useEffect } from 'preact/hooks';
import { useApp } from '../../context.ts';
import { LaterPage } from '../later-page.tsx';
import type { InstallModel } from './install-model.ts';

const importInstall = () => import('./install.tsx');

/** The page that a portal opens to install the app. The portal is told at once: that needs nothing of what is still to load. */
export function InstallPage({ model }: { model: InstallModel }) {
  const { t } = useApp().i18n;
  useEffect(() => {
    model.finish();
  }, [model]);
  return (
    <LaterPage load={importInstall} draw={({ Install }) => <Install model={model} />}>
      <main aria-busy="true" aria-label={t('panel.loading')} />
    </LaterPage>
  );
}
