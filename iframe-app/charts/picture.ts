import type { ChartConfig, ChartData } from '../../contract/charts.ts';
import { chartLook } from './look.ts';
import { colorAt, isRound } from './to-chart-js.ts';

const PADDING = 24;
const TITLE_LINE = 26;
const LEGEND_LINE = 20;

interface PictureTexts {
  title: string;
  subtitle: string;
  /** What stands beside each colour. */
  legend: string[];
}

/** A chart as a PNG: its title, the drawing as it is on the screen, and its legend, which on the screen is HTML. */
export function drawPicture(canvas: HTMLCanvasElement, texts: PictureTexts): Promise<Blob | null> {
  const look = chartLook.value;
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const width = canvas.clientWidth + 2 * PADDING;
  const head = PADDING + TITLE_LINE + LEGEND_LINE;
  const foot = texts.legend.length * LEGEND_LINE + (texts.legend.length > 0 ? PADDING / 2 : 0);
  const picture = document.createElement('canvas');
  picture.width = Math.round(width * scale);
  picture.height = Math.round((head + canvas.clientHeight + foot + PADDING) * scale);
  const pen = picture.getContext('2d');
  if (!pen) return Promise.resolve(null);
  pen.scale(scale, scale);
  pen.fillStyle = look.surface;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.textBaseline = 'top';
  pen.fillStyle = look.strong;
  pen.font = `600 16px ${look.fontFamily}`;
  pen.fillText(texts.title, PADDING, PADDING, width - 2 * PADDING);
  pen.fillStyle = look.text;
  pen.font = `12px ${look.fontFamily}`;
  pen.fillText(texts.subtitle, PADDING, PADDING + TITLE_LINE, width - 2 * PADDING);
  pen.drawImage(canvas, PADDING, head, canvas.clientWidth, canvas.clientHeight);
  texts.legend.forEach((line, index) => {
    const top = head + canvas.clientHeight + PADDING / 2 + index * LEGEND_LINE;
    pen.fillStyle = colorAt(look, index);
    pen.fillRect(PADDING, top + 2, 10, 10);
    pen.fillStyle = look.text;
    pen.fillText(line, PADDING + 18, top, width - 2 * PADDING - 18);
  });
  return new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
}

/** The lines of a chart's legend; none where there is but one colour. */
export function legendOf(config: ChartConfig, data: ChartData, write: (value: number) => string): string[] {
  if (isRound(config)) {
    return (data.series[0]?.points ?? []).map(({ label, value }) => (value === null ? label : `${label}: ${write(value)}`));
  }
  return data.series.length > 1 ? data.series.map(({ label }) => label) : [];
}
