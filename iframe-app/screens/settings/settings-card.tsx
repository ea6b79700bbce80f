import type { ComponentChildren } from 'preact';

/** One matter of the settings. `isDanger`: what it does cannot be mended for ever. */
export function Card({ title, isDanger, children }: { title: string; isDanger?: boolean; children: ComponentChildren }) {
  return (
    <section class={isDanger ? 'panel settings-card settings-danger' : 'panel settings-card'}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
