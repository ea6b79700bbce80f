import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { useApp } from '../context.ts';
import type { TextSource } from '../text-types.ts';
import { LoadFailurePage } from './load-failure.tsx';

interface LaterPageProps<Loaded> {
  load: () => Promise<Loaded>;
  draw: (loaded: Loaded) => ComponentChildren;
  /** Shown meanwhile. */
  children: ComponentChildren;
}

/** A page of its own whose code and `TEXTS` are of no use on the dashboard: they load here. */
export function LaterPage<Loaded extends { TEXTS: object }>({ load, draw, children }: LaterPageProps<Loaded>) {
  const { i18n } = useApp();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const start = async () => {
    setFailed(false);
    try {
      const part = await load();
      await i18n.load(part.TEXTS as TextSource<unknown>);
      setLoaded(part);
    } catch {
      setFailed(true);
    }
  };
  useEffect(() => {
    start();
  }, []);
  if (loaded) return <>{draw(loaded)}</>;
  return hasFailed ? <LoadFailurePage error={new ApiError('network')} onRetry={start} isBusy={false} /> : children;
}
