/** Part of Node since version 22, unknown to the type library. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** JSON text that goes into an answer as it is: a number with more digits than a double holds. */
export class RawJson {
  readonly text: string;

  /** @throws SyntaxError when it is no JSON number, string, boolean or null */
  constructor(text: string) {
    rawJson(text);
    this.text = text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}
