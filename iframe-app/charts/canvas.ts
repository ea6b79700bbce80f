/**
 * The part of Chart.js that LeadRelay draws with, and nothing else of it: no title, no legend (HTML does it), no time scale.
 * Loaded by `import()` while the numbers are on their way, so that a page without charts never pays for it.
 */
import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  DoughnutController,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import type { ChartJsConfig } from './to-chart-js.ts';

Chart.register(
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  DoughnutController,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** Adds kinds of charts that only some pages have. */
export const register = (...parts: Parameters<typeof Chart.register>) => Chart.register(...parts);

export interface Drawing {
  /** Shows other numbers or another look in place. */
  update(config: ChartJsConfig): void;
  destroy(): void;
}

export function draw(canvas: HTMLCanvasElement, config: ChartJsConfig): Drawing {
  let chart = new Chart(canvas, config);
  let shape = shapeOf(config);
  return {
    update(next) {
      if (shapeOf(next) === shape) {
        chart.data = next.data;
        chart.options = next.options ?? {};
        chart.update();
        return;
      }
      // Chart.js cannot turn one kind into another in place.
      chart.destroy();
      chart = new Chart(canvas, next);
      shape = shapeOf(next);
    },
    destroy: () => chart.destroy(),
  };
}

/** The chart drawn on a canvas, for who wants to know what is at a place of it. */
export const chartOn = (canvas: HTMLCanvasElement): Chart | undefined => Chart.getChart(canvas);

function shapeOf(config: ChartJsConfig): string {
  const axis = config.options && 'indexAxis' in config.options ? config.options.indexAxis : '';
  return `${config.type}:${axis}`;
}
