// The socket: connects again by itself, gives up on silence, stops where the contract says stop.
import ReconnectingSocket from "partysocket/ws";
import { type ServerFrame, SUBPROTOCOL } from "../../../contracts.gen";
import { type AfterClose, afterClose, waitBefore } from "./closeDecision";

const SILENCE_MS = 55_000; // the server speaks every 25 s; two missed means that nobody is there

export interface SocketEvents {
  readonly onOpen: () => void;
  readonly onFrame: (frame: ServerFrame) => void;
  /** The connection is gone; the next try is at retryAt (our clock), or never unless asked. */
  readonly onLost: (after: AfterClose, code: number, retryAt: number) => void;
}

export interface SocketOptions {
  readonly url: string;
  readonly WebSocket?: typeof WebSocket;
  readonly random?: () => number;
}

export class LiveSocket {
  readonly #events: SocketEvents;
  readonly #random: () => number;
  readonly #socket: ReconnectingSocket;
  #attempt = 0;
  #waitMs = 0;
  #endWait: (() => void) | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions, events: SocketEvents) {
    this.#events = events;
    this.#random = options.random ?? Math.random;
    // the library asks for the address before each try: that is where our own jitter waits
    this.#socket = new ReconnectingSocket(() => this.#waitForUrl(options.url), [SUBPROTOCOL], {
      minReconnectionDelay: 0,
      connectionTimeout: 10_000,
      maxEnqueuedMessages: 0,
      shouldReconnectOnClose: (event) => afterClose(event.code) === "retry",
      ...(options.WebSocket ? { WebSocket: options.WebSocket } : {}),
    });
    this.#socket.addEventListener("open", () => this.#opened());
    this.#socket.addEventListener("message", (event) => this.#heard(event.data));
    this.#socket.addEventListener("close", (event) => this.#lost(event.code));
  }

  /** Send a frame; false when there is no connection (the next hello will say it all). */
  send(frame: object): boolean {
    return this.#socket.send(JSON.stringify(frame));
  }

  /** The server has answered: the next loss begins with the shortest wait again. */
  settle(): void {
    this.#attempt = 0;
  }

  /** Connect now: ends a wait, and starts again after a stop. */
  tryNow(): void {
    if (this.#endWait || this.#socket.readyState >= this.#socket.CLOSING) this.restart();
  }

  /** Drop the connection, whatever it looks like, and make a new one at once. */
  restart(): void {
    if (this.#endWait) {
      this.#endWait();
      return;
    }
    this.#socket.reconnect();
    this.#waitMs = 0;
  }

  /** Leave for good. */
  close(): void {
    clearTimeout(this.#silence);
    this.#socket.close(1000);
    this.#endWait?.();
  }

  #waitForUrl(url: string): Promise<string> {
    const wait = this.#waitMs;
    this.#waitMs = 0;
    if (wait === 0) return Promise.resolve(url);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#endWait = null;
        resolve(url);
      };
      const timer = setTimeout(end, wait);
      this.#endWait = end;
    });
  }

  #opened(): void {
    this.#listen();
    this.#events.onOpen();
  }

  #heard(data: unknown): void {
    this.#listen();
    if (typeof data !== "string") return;
    this.#events.onFrame(JSON.parse(data) as ServerFrame);
  }

  #lost(code: number): void {
    clearTimeout(this.#silence);
    this.#attempt += 1;
    this.#waitMs = waitBefore(this.#attempt, this.#random);
    this.#events.onLost(afterClose(code), code, Date.now() + this.#waitMs);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket.reconnect(), SILENCE_MS);
  }
}
