import { expect, test } from 'vitest';
import { fillText } from './fill-text.ts';

test('a text is filled by name, whatever the value holds', () => {
  expect(fillText('“{title}” is {what}', { title: '{what} $&', what: 'back' })).toBe('“{what} $&” is back');
});
