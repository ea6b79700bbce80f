import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

type Triple = [number, number, number];
type Matrix = [Triple, Triple, Triple];

/** What linear RGB becomes in eyes without one kind of cones. Source: Machado, Oliveira and Fernandes 2009, severity 1.0. */
const EYES: Record<string, Matrix> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** In CIELAB; some 2 is what can be seen beside each other, and a legend is not beside its bar. */
const FAR_ENOUGH = 14;

/** The eight colours of each theme, in the order in which the style sheet has the themes. */
function readThemes(): string[][] {
  const css = readFileSync(path.join(import.meta.dirname, '..', 'styles', 'tokens.css'), 'utf8');
  const found = Array.from(css.matchAll(/--chart-\d: (#[0-9a-f]{6});/g), ([, color = '']) => color);
  return [found.slice(0, 8), found.slice(8)];
}

function toLab(color: string, eye: Matrix): Triple {
  const linear = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const dot = (row: Triple, of: readonly number[]) => row.reduce((sum, factor, index) => sum + factor * (of[index] ?? 0), 0);
  const seen = eye.map((row) => Math.min(1, Math.max(0, dot(row, linear))));
  const [x, y, z] = [
    dot([0.4124, 0.3576, 0.1805], seen) / 0.95047,
    dot([0.2126, 0.7152, 0.0722], seen),
    dot([0.0193, 0.1192, 0.9505], seen) / 1.08883,
  ].map((part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116));
  return [116 * (y ?? 0) - 16, 500 * ((x ?? 0) - (y ?? 0)), 200 * ((y ?? 0) - (z ?? 0))];
}

describe.each(['light', 'dark'])('in the %s theme', (theme) => {
  const colors = readThemes()[theme === 'light' ? 0 : 1] ?? [];

  test.each(Object.entries(EYES))('eight colours are eight colours for %s', (_name, eye) => {
    expect(colors).toHaveLength(8);
    const labs = colors.map((color) => toLab(color, eye));
    const tooClose = labs.flatMap((one, index) =>
      labs.slice(0, index).flatMap((other, before) => {
        const distance = Math.hypot(...one.map((part, at) => part - (other[at] ?? 0)));
        return distance < FAR_ENOUGH ? [`${colors[before]} and ${colors[index]}: ${distance.toFixed(1)}`] : [];
      }),
    );
    expect(tooClose).toEqual([]);
  });
});
