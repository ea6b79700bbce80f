/** One message of a `text/event-stream`. */
export interface StreamEvent {
  name: string;
  /** Its data lines, joined by line feeds. */
  data: string;
}

/**
 * Parses server-sent events as their text arrives, wherever it is cut. Comments, ids and retry times are passed over.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @returns takes the next piece, answers the events that it completed; one that the end of the stream leaves unfinished is none
 */
export function createEventParser(): (text: string) => StreamEvent[] {
  let rest = '';
  let endedInReturn = false;
  let name = '';
  let data: string[] = [];
  return (text) => {
    if (text === '') return [];
    const events: StreamEvent[] = [];
    // A carriage return ends a line at once; a line feed that follows in the next piece is the other half of that end.
    const lines = (rest + (endedInReturn && text.startsWith('\n') ? text.slice(1) : text)).split(/\r\n|\n|\r/);
    endedInReturn = text.endsWith('\r');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ name: name || 'message', data: data.join('\n') });
        name = '';
        data = [];
        continue;
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
    }
    return events;
  };
}
