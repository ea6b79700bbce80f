import { signal } from '@preact/signals';

/** Colours and type of a canvas, which cannot read CSS variables. */
export interface ChartLook {
  /** One colour a series or slice; safe for colour-blind eyes in this order. */
  series: string[];
  grid: string;
  text: string;
  /** Of texts that are read first. */
  strong: string;
  surface: string;
  tooltip: { background: string; text: string };
  fontFamily: string;
}

/** Paper is white whatever the screen is. */
const darkTheme = window.matchMedia('screen and (prefers-color-scheme: dark)');

/** The look of the theme that is on now; changes with it. */
export const chartLook = signal<ChartLook>(readLook());
darkTheme.addEventListener('change', () => {
  chartLook.value = readLook();
});

function readLook(): ChartLook {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: Array.from({ length: 8 }, (_unused, index) => read(`--chart-${index + 1}`)),
    grid: read('--chart-grid'),
    text: read('--text-muted'),
    strong: read('--text'),
    surface: read('--surface'),
    tooltip: { background: read('--tooltip-bg'), text: read('--tooltip-fg') },
    fontFamily: read('--font-sans'),
  };
}
