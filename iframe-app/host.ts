/** What the page around the app can do for it. */
export interface Host {
  /** A fresh access token of the person who is looking, to renew the session with. Rejects where there is no host to ask. */
  renewProof(): Promise<string>;
  /** Makes the frame as tall as its content; the last height wins. */
  fit(heightPx: number): void;
  /** Sets the heading the host shows above the app. */
  setTitle(title: string): void;
  /** Tells the host that the installation is done. The host then loads the app itself. */
  finishInstall(): Promise<void>;
  /**
   * Opens a record's page over the app.
   * @param url as the server names it
   * @returns whether the host does that; where not, it is a link like any other
   */
  openRecord(url: string): boolean;
  /** Opens the app anew; null where it could not come back, its sign-in link being used up. */
  reload: (() => void) | null;
}

/** How long an answer of the host may take, the load of the SDK included, before the app gives up on it. */
const HOST_ANSWER_TIMEOUT_MS = 30_000;

/**
 * The host of this page: the Bitrix24 portal around the frame, or none when the page stands alone (opened by a one-time link).
 * @param hostOrigin origin of the stored portal, as the server wrote it into the page
 */
export function createHost(hostOrigin: string): Host {
  const isFramed = window.parent !== window;
  return isFramed && frameOrigin(window.name) === hostOrigin ? bitrix24Host(hostOrigin) : standaloneHost();
}

/**
 * The origin that the Bitrix24 SDK will exchange messages with, read from `window.name` the way the SDK reads it; null when there is none.
 * Whoever frames the page chooses that name, so it must equal the stored portal before the SDK may run.
 */
export function frameOrigin(windowName: string): string | null {
  const [domain, protocol, appSid] = windowName.split('|');
  if (!domain || !appSid) return null;
  const scheme = Number.parseInt(protocol ?? '0', 10) === 1 ? 'https' : 'http';
  return `${scheme}://${domain.replace(/:(80|443)$/, '')}`;
}

function bitrix24Host(hostOrigin: string): Host {
  let connecting: ReturnType<typeof load> | null = null;
  let wantedHeight = 0;
  let sentHeight = 0;

  // The SDK weighs as much as the charts do: it loads after the first paint, when somebody needs it.
  const load = async () => (await import('./bitrix24-frame.ts')).connectFrame(hostOrigin);
  const connect = () => {
    connecting ??= load().catch((error: unknown) => {
      connecting = null;
      throw error;
    });
    return connecting;
  };
  const sendHeight = async () => {
    await firstPaint();
    const frame = await connect();
    if (wantedHeight === sentHeight) return;
    sentHeight = wantedHeight;
    await frame.resize(sentHeight);
  };

  return {
    renewProof: () => withTimeout(async () => (await connect()).renewProof()),
    fit(heightPx) {
      wantedHeight = heightPx;
      sendHeight().catch(ignoreCosmetic);
    },
    setTitle(title) {
      firstPaint()
        .then(connect)
        .then((frame) => frame.setTitle(title))
        .catch(ignoreCosmetic);
    },
    finishInstall: () => withTimeout(async () => (await connect()).finishInstall()),
    openRecord(url) {
      // Another CRM's record, or a portal's that this one is not.
      if (new URL(url).origin !== hostOrigin) return false;
      connect()
        .then((frame) => frame.openPath(url))
        .catch(() => window.open(url, '_blank', 'noopener'));
      return true;
    },
    reload() {
      connect()
        .then((frame) => frame.reload())
        .catch(() => location.reload());
    },
  };
}

/** Outside a frame there is nobody to vouch for the person; behind a sign-in link the session renews itself without this. */
function standaloneHost(): Host {
  return {
    renewProof: () => Promise.reject(new Error('no host to renew the session with')),
    fit() {},
    setTitle(title) {
      document.title = title;
    },
    finishInstall: () => Promise.reject(new Error('no host to finish the installation in')),
    openRecord: () => false,
    reload: null,
  };
}

function firstPaint(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

async function withTimeout<T>(ask: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the host did not answer in time')), HOST_ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([ask(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A frame of the wrong height or heading still shows its numbers; there is nothing to tell the person. */
function ignoreCosmetic(): void {}
