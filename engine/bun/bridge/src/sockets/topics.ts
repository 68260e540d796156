import type { SocketPayload } from "../contract.ts";
import type { Outgoing } from "./payload.ts";
import { outgoing } from "./payload.ts";

/** Who can subscribe to topics. */
export interface Subscriber {
  /** Sends a message; returns as `ws.send`. */
  deliver(message: Outgoing): number;
}

/** Which sockets of the process subscribe to which topics. */
export class Topics {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly #topics = new Map<Subscriber, Set<string>>();

  /** Sends a message to all subscribers of a topic but `but`; returns as `server.publish`. `method` is for errors. */
  publish(method: string, topic: string, data: SocketPayload, but?: Subscriber, kind?: "text" | "binary"): number {
    requireTopic(method, topic);
    const message = outgoing(method, data, kind);
    const sent = [...(this.#subscribers.get(topic) ?? [])]
      .filter((subscriber) => subscriber !== but)
      .map((subscriber) => subscriber.deliver(message));
    if (sent.length === 0 || sent.includes(0)) return 0;
    return sent.includes(-1) ? -1 : message.size;
  }

  /** Subscribes; again is no fault. */
  add(topic: string, subscriber: Subscriber): void {
    requireTopic("subscribe", topic);
    into(this.#subscribers, topic, subscriber);
    into(this.#topics, subscriber, topic);
  }

  /** Ends a subscription; false if there was none. */
  remove(topic: string, subscriber: Subscriber): boolean {
    outOf(this.#topics, subscriber, topic);
    return outOf(this.#subscribers, topic, subscriber);
  }

  /** Ends all subscriptions of one. */
  leave(subscriber: Subscriber): void {
    for (const topic of this.of(subscriber)) this.remove(topic, subscriber);
  }

  /** The topics of one. */
  of(subscriber: Subscriber): string[] {
    return [...(this.#topics.get(subscriber) ?? [])];
  }

  /** How many subscribe to a topic. */
  count(topic: string): number {
    return this.#subscribers.get(topic)?.size ?? 0;
  }
}

function into<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function outOf<K, V>(sets: Map<K, Set<V>>, key: K, value: V): boolean {
  const set = sets.get(key);
  const was = set?.delete(value) ?? false;
  if (set?.size === 0) sets.delete(key);
  return was;
}

function requireTopic(method: string, topic: unknown): void {
  if (typeof topic !== "string" || topic === "") throw new TypeError(`${method} requires a non-empty topic name`);
}
