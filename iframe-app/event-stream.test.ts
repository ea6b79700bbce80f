import { expect, test } from 'vitest';
import { createEventParser } from './event-stream.ts';

function parse(...pieces: string[]) {
  const parser = createEventParser();
  return pieces.flatMap((piece) => parser(piece));
}

const STREAM = 'event: status\ndata: {"a":1}\n\n: keep-alive\n\nevent: status\ndata: {"a":2}\n\n';
const EVENTS = [
  { name: 'status', data: '{"a":1}' },
  { name: 'status', data: '{"a":2}' },
];

test('events are known by their empty line, comments are passed over', () => {
  expect(parse(STREAM)).toEqual(EVENTS);
});

test.each(['\n', '\r\n', '\r'])('lines that end in %j are the same, cut into any two pieces or into single characters', (end) => {
  const text = STREAM.replaceAll('\n', end);
  for (let at = 0; at <= text.length; at += 1) expect(parse(text.slice(0, at), text.slice(at))).toEqual(EVENTS);
  expect(parse(...text)).toEqual(EVENTS);
});

test('several data lines are one text', () => {
  expect(parse('data: a\ndata:b\ndata\ndata:  c\n\n')).toEqual([{ name: 'message', data: 'a\nb\n\n c' }]);
});

test('what is no event is none', () => {
  expect(parse('\n\n: comment\n\nevent: status\n\nid: 7\nretry: 10\n\n')).toEqual([]);
  expect(parse('event: status\ndata: unfinished')).toEqual([]);
  expect(parse('event: status\ndata: unfinished\n')).toEqual([]);
});

test('the name of an event ends with it', () => {
  expect(parse('event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n').map(({ name }) => name)).toEqual([
    'a',
    'message',
    'message',
  ]);
});

test('colons belong to the value, fields that nobody knows to nobody', () => {
  expect(parse('data: {"at":"09:05:00"}\nother: x\ndatax: y\n\n')).toEqual([{ name: 'message', data: '{"at":"09:05:00"}' }]);
});
