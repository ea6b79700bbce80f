/** The only way out to CRMs: https, host and resolved address checked, redirects never followed, time and size capped. */
export interface OutboundRequest {
  method: 'GET' | 'POST';
  url: string;
  /** JSON when an object, form when URLSearchParams. */
  body?: object | URLSearchParams;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface OutboundReply {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Body as UTF-8 text, at most 20 MB. */
  text: string;
}

export interface Outbound {
  /** @throws OutboundError; an HTTP error status is a reply, not an error */
  send(request: OutboundRequest): Promise<OutboundReply>;
  close(): Promise<void>;
}
