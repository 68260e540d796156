/** Signed sessions: who somebody is and until when, kept by the browser alone. */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Seconds that a session lasts. */
export const LASTS = 3_600;

interface Session {
  id: string;
  user: string;
  /** Milliseconds since 1970. */
  until: number;
}

export class Sessions {
  /** The sessions that were ended before their time, and that time. */
  private readonly ended = new Map<string, number>();

  constructor(private readonly secret: string) {}

  /** A new session as the text of a cookie. */
  begin(user: string): string {
    const session: Session = { id: randomUUID(), user, until: Date.now() + LASTS * 1000 };
    const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
    return `${payload}.${this.signature(payload).toString("base64url")}`;
  }

  /** Whose session this is; null if it is none of ours or over. */
  user(text: string): string | null {
    return this.read(text)?.user ?? null;
  }

  /** Ends a session: whoever has kept it has nothing. */
  end(text: string): void {
    const session = this.read(text);
    if (!session) return;
    for (const [id, until] of this.ended) if (until < Date.now()) this.ended.delete(id);
    this.ended.set(session.id, session.until);
  }

  private read(text: string): Session | null {
    const [payload, signature, ...more] = text.split(".");
    if (!payload || !signature || more.length > 0) return null;
    const [sent, right] = [Buffer.from(signature, "base64url"), this.signature(payload)];
    if (sent.length !== right.length || !timingSafeEqual(sent, right)) return null;
    const session = JSON.parse(Buffer.from(payload, "base64url").toString()) as Session;
    return session.until > Date.now() && !this.ended.has(session.id) ? session : null;
  }

  private signature(payload: string): Buffer {
    return createHmac("sha256", this.secret).update(payload).digest();
  }
}
