import type { ComponentChildren } from 'preact';
import { BrandMark } from './icons.tsx';

interface MessagePageProps {
  title: string;
  text: string;
  note?: string | undefined;
  children?: ComponentChildren;
}

/** A whole page with one thing to say. */
export function MessagePage({ title, text, note, children }: MessagePageProps) {
  return (
    <main class="message-page">
      <BrandMark />
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
      {note && <small>{note}</small>}
    </main>
  );
}
