import { initializeB24Frame } from '@bitrix24/b24jssdk';

/** The part of the Bitrix24 frame protocol that the app uses, spoken by the official SDK. */
export interface Bitrix24Frame {
  renewProof(): Promise<string>;
  resize(heightPx: number): Promise<void>;
  setTitle(title: string): Promise<void>;
  finishInstall(): Promise<void>;
  /** Opens a page of the portal in its slider. Resolves when that is closed, rejects where the portal does not open such pages. */
  openPath(url: string): Promise<void>;
  /** Loads the portal's page anew, and the app in it with a fresh proof. */
  reload(): Promise<void>;
}

/**
 * Starts the SDK. The caller has checked `window.name` against the stored portal.
 * @param hostOrigin the only origin messages may go to
 */
export async function connectFrame(hostOrigin: string): Promise<Bitrix24Frame> {
  const frame = await initializeB24Frame();
  // The SDK takes the protocol anew from the portal's first answer, and with it the origin it will send to.
  if (frame.getTargetOrigin() !== hostOrigin) {
    frame.destroy();
    throw new Error('the frame names another portal than the stored one');
  }
  return {
    async renewProof() {
      const auth = await frame.auth.refreshAuth();
      if (!auth) throw new Error('the portal gave no access token');
      return auth.access_token;
    },
    // Not parent.fitWindow(): it measures the document, which is never shorter than the frame, so the frame could not shrink.
    // Not parent.resizeWindow(): it takes pixels only, and a frame of fixed width does not follow the browser window.
    async resize(heightPx) {
      await frame.parent.message.send('resizeWindow', { width: '100%', height: heightPx, isSafely: true });
    },
    async setTitle(title) {
      await frame.parent.setTitle(title);
    },
    async finishInstall() {
      // An install page that is opened again after the installation has nothing left to finish.
      if (!frame.isInstallMode) return;
      await frame.installFinish();
    },
    async reload() {
      await frame.parent.reloadWindow();
    },
    async openPath(url) {
      const { pathname, search } = new URL(url);
      await frame.slider.openPath(frame.slider.getUrl(pathname + search));
    },
  };
}
