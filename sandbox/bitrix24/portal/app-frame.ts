import { type Html, html } from './html.ts';

export interface FrameRequest {
  /** DEFAULT for the app's main page. */
  placement: string;
  /** Address bound to the placement; '' for the main page. */
  handler: string;
  options: Record<string, unknown>;
}

/** The place in a page where the browser opens an app frame; what it needs is asked for when the place comes into view. */
export function appFrame(request: FrameRequest): Html {
  return html`<div class="app-frame" data-launch="${JSON.stringify(request)}"></div>`;
}
