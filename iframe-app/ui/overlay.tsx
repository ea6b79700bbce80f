import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface OverlayProps {
  label: string;
  /** `side`: a list beside the dashboard; `center`: a form over it; `full`: all there is to see. */
  kind: 'side' | 'center' | 'full';
  onClose: () => void;
  /** Called once it lies over the page. */
  onOpen?: () => void;
  children: ComponentChildren;
}

/**
 * A modal dialog over the part of the page that the person sees: inside a portal the frame is as tall as its content, and the
 * middle of it may be far below the screen. The browser traps the focus and closes it at Escape.
 */
export function Overlay({ label, kind, onClose, onOpen, children }: OverlayProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { isPlaced, stop } = followVisiblePart();
    const before = document.activeElement;
    const element = dialog.current;
    let isGone = false;
    // It takes the focus, and the portal scrolls to what has that: it must not be anywhere else before.
    isPlaced.then(() => {
      if (isGone) return;
      element?.showModal();
      onOpen?.();
    });
    return () => {
      isGone = true;
      element?.close();
      // A dialog that is taken out of the page gives nothing back by itself.
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      stop();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`overlay overlay-${kind}`}
      aria-label={label}
      onClose={onClose}
      // A click beside it closes it, where the browser knows how.
      closedby="any"
    >
      {children}
    </dialog>
  );
}

interface OverlayHeadProps {
  title: string;
  /** What the closing button is called. */
  closeLabel: string;
  onClose: () => void;
  /** Below the title. */
  children?: ComponentChildren;
}

export function OverlayHead({ title, closeLabel, onClose, children }: OverlayHeadProps) {
  return (
    <header class="overlay-head">
      <div>
        <h2>{title}</h2>
        {children}
      </div>
      <button type="button" class="button button-icon" aria-label={closeLabel} onClick={onClose}>
        ✕
      </button>
    </header>
  );
}

const LEAST_HEIGHT_PX = 420;
/** How finely the portal's scrolling is followed: in hundredths of the content. */
const STEPS = Array.from({ length: 101 }, (_, index) => index / 100);
let followers = 0;
let following: { observer: IntersectionObserver; isPlaced: Promise<void> } | null = null;

/**
 * Keeps `--visible-top` and `--visible-height` at the part of the document that is on the screen. An observer is the one that knows
 * it, and says so a moment later: `isPlaced`.
 */
export function followVisiblePart(): { isPlaced: Promise<void>; stop: () => void } {
  followers += 1;
  following ??= follow(document.getElementById('app') ?? document.body);
  return {
    isPlaced: following.isPlaced,
    stop() {
      followers -= 1;
      if (followers > 0) return;
      following?.observer.disconnect();
      following = null;
    },
  };
}

function follow(content: HTMLElement): NonNullable<typeof following> {
  let tell = () => {};
  const isPlaced = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const observer = new IntersectionObserver(
    (entries) => {
      const rect = entries.at(-1)?.intersectionRect;
      if (rect && rect.height > 0) place(rect);
      tell();
    },
    { threshold: STEPS },
  );
  observer.observe(content);
  return { observer, isPlaced };
}

/** Portals keep a bar of their own at the top of the screen, over a frame that is scrolled under it. */
const HOST_BAR_PX = 64;

function place({ top, height }: DOMRectReadOnly): void {
  const { style } = document.documentElement;
  const hidden = top > 0 ? HOST_BAR_PX : 0;
  const room = Math.min(Math.max(height - hidden, LEAST_HEIGHT_PX), window.innerHeight);
  const from = Math.max(0, Math.min(top + hidden, window.innerHeight - room));
  style.setProperty('--visible-top', `${from + window.scrollY}px`);
  style.setProperty('--visible-height', `${room}px`);
}
