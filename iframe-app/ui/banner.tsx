import type { ComponentChildren } from 'preact';
import { AlertIcon } from './icons.tsx';

interface BannerProps {
  title: string;
  text: string;
  /** Small print: what to quote to support. */
  note?: string | undefined;
  children?: ComponentChildren;
}

/** Tells of a problem above numbers that stay on show. */
export function Banner({ title, text, note, children }: BannerProps) {
  return (
    <div class="banner" role="status">
      <AlertIcon />
      <div class="banner-text">
        <strong>{title}</strong>
        <span>{text}</span>
        {note && <small>{note}</small>}
      </div>
      {children}
    </div>
  );
}
