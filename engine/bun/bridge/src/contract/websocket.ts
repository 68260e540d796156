/** WebSockets as plugins see them. Names and shapes are Bun's. */

/** What a WebSocket sends: text, or binary data. A Blob is sent as binary data, in its place in the order. */
export type SocketPayload = string | ArrayBuffer | SharedArrayBuffer | ArrayBufferView | Blob;

/** How a socket's handlers are given binary data. */
export type BinaryType = "nodebuffer" | "arraybuffer" | "uint8array" | "blob";

/**
 * One client's WebSocket.
 *
 * Sending returns the number of bytes sent, -1 if they wait because the client reads slower than
 * is sent, and 0 if they were dropped: the socket is closed, or `backpressureLimit` is reached.
 *
 * `compress` is accepted and has no effect, as in Bun with clients that do not offer compression.
 */
export interface ServerWebSocket<Data = any> {
  /** What `server.upgrade` was given as `data`; yours to read and write. */
  data: Data;
  /** 1 while open, 3 once closed. */
  readonly readyState: 0 | 1 | 2 | 3;
  /** The client's IP address. */
  readonly remoteAddress: string;
  /** How handlers are given binary data; `nodebuffer` unless set. */
  binaryType?: BinaryType;
  /** The topics that it has subscribed to. */
  readonly subscriptions: string[];
  /** Whether {@link pause} holds messages back. */
  readonly isPaused: boolean;

  /** Sends a message: text for a string, else binary. */
  send(data: SocketPayload, compress?: boolean): number;
  /** Sends a text message. */
  sendText(data: string, compress?: boolean): number;
  /** Sends a binary message. */
  sendBinary(data: Exclude<SocketPayload, string>, compress?: boolean): number;
  /** Sends a ping, at most 125 bytes. */
  ping(data?: SocketPayload): number;
  /** Sends a pong, at most 125 bytes. */
  pong(data?: SocketPayload): number;
  /** Closes with a code (1000 unless given) and a reason of at most 123 bytes, once all that was sent has gone out. */
  close(code?: number, reason?: string): void;
  /** Closes without a closing handshake: the client sees code 1006. */
  terminate(): void;

  /** Sends a message to all sockets with this topic but this one (see `publishToSelf`). */
  publish(topic: string, data: SocketPayload, compress?: boolean): number;
  /** As {@link publish}, as text. */
  publishText(topic: string, data: string, compress?: boolean): number;
  /** As {@link publish}, as binary data. */
  publishBinary(topic: string, data: Exclude<SocketPayload, string>, compress?: boolean): number;
  /** Has the topic's messages sent to this socket; false if it is closed. Topics are shared by the plugins of a group. */
  subscribe(topic: string): boolean;
  /** Ends that; false if it was not subscribed. */
  unsubscribe(topic: string): boolean;
  /** Whether it is subscribed to the topic. */
  isSubscribed(topic: string): boolean;

  /** Calls `callback` and returns what it returns. What is sent in one turn of the event loop leaves together anyway. */
  cork<R = unknown>(callback: (ws: ServerWebSocket<Data>) => R): R;
  /** Bytes that wait to be sent. */
  getBufferedAmount(): number;
  /** Holds messages back, and so the client that sends them, until {@link resume}. */
  pause(): void;
  /** Ends {@link pause}. */
  resume(): void;
}

/** What happens on a plugin's WebSockets, which `server.upgrade` has made from requests. */
export interface WebSocketHandler<Data = any> {
  /** Types `ws.data`; its value is not used. */
  data?: Data;
  /** Called when the connection is open. */
  open?(ws: ServerWebSocket<Data>): void | Promise<void>;
  /** Called for each message: a string for text, else what `ws.binaryType` says. */
  message?(ws: ServerWebSocket<Data>, message: string | Buffer<ArrayBuffer>): void | Promise<void>;
  /**
   * Called once when the connection is over. Code 1006: it was lost; 1005: the client gave none;
   * 1012: the plugin is being replaced; 1001: the runtime ends.
   */
  close?(ws: ServerWebSocket<Data>, code: number, reason: string): void | Promise<void>;
  /** Called when a socket whose sending returned -1 can take more. */
  drain?(ws: ServerWebSocket<Data>): void | Promise<void>;
  /** Called for each ping of the client, which the runtime has answered. */
  ping?(ws: ServerWebSocket<Data>, data: Buffer): void | Promise<void>;
  /** Called for each pong of the client. */
  pong?(ws: ServerWebSocket<Data>, data: Buffer): void | Promise<void>;
  /** Called with what another handler threw; without it that is logged. */
  error?(error: Error, ws: ServerWebSocket<Data>): void | Promise<void>;
  /** The largest message to take, in bytes; a larger one closes the connection with 1009. 16 MiB unless set. */
  maxPayloadLength?: number;
  /** Seconds without a message or ping after which the connection is closed: 0 (none) to 960, 120 unless set. */
  idleTimeout?: number;
  /** Whether a silent client is pinged shortly before `idleTimeout`; true unless set. */
  sendPings?: boolean;
  /** The most bytes that may wait to be sent on one socket; what comes on top is dropped. 16 MiB unless set, 0 for no limit. */
  backpressureLimit?: number;
  /** Whether a socket that reaches `backpressureLimit` is closed; false unless set. */
  closeOnBackpressureLimit?: boolean;
  /** Whether `ws.publish` also sends to the socket itself; false unless set. */
  publishToSelf?: boolean;
  /** Davit does not offer compression to clients, so this has no effect; a plugin that sets it is told so in the log. */
  perMessageDeflate?: boolean | object;
}
