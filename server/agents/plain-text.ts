/**
 * Whether a text that a model wrote can be shown: words and punctuation, nothing that turns or hides text, no address, and no figure,
 * for figures come from the records.
 */
export function isPlainText(text: string, maxChars: number): boolean {
  return text !== '' && text.length <= maxChars && !/[\p{C}\p{N}<>{}[\]|\\]|:\/\/|www\.|@/iu.test(text);
}
