import type { Clock } from '../clock.ts';
import type { KeyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';

/** One kind of key: what it is called, how long its work lasts, and how one is made and opened. */
export interface KeyKind<Key> {
  /** What comes before the id in the store. */
  readonly prefix: string;
  /** What comes before the number in an id; ids are numbered from 1. */
  readonly idPrefix: string;
  /** Milliseconds from when a new key can be known until it is used: by then everybody who checks has it. */
  readonly lead: number;
  /** Milliseconds that the last thing a key made stays valid. */
  readonly overlap: number;
  /** A new key's secret, wrapped for storage. */
  make(id: string): Promise<string>;
  /** Throws `MasterKeyMismatch`. */
  open(id: string, document: KeyDocument): Key;
}

/** When the next key takes over. */
export interface Rotation {
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly usedFrom: number;
  /** The keys before it are accepted until then. */
  readonly previousUntil: number;
}

interface Entry<Key> {
  readonly id: string;
  readonly key: Key;
  readonly version: number;
  readonly document: KeyDocument;
}

/** A node hears of new keys at least this often, in milliseconds. */
const freshFor = 1000;
/** Milliseconds that a key nobody needs any more is kept in the store. */
const keptFor = 7 * 24 * 60 * 60 * 1000;

/**
 * The keys of one kind that all nodes share. A new key lies in the store for a while before it is used, and an old one
 * goes on checking what it made until the last of that has ended, so that a rotation is noticed by nobody.
 */
export class KeyRing<Key> {
  readonly #documents;
  readonly #clock: Clock;
  readonly #kind: KeyKind<Key>;
  readonly #entries = new Map<string, Entry<Key>>();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly store: Store; readonly clock: Clock; readonly kind: KeyKind<Key> }) {
    this.#documents = options.store.collection('keys');
    this.#clock = options.clock;
    this.#kind = options.kind;
  }

  /** Reads what other nodes have made, used or retired. Throws `MasterKeyMismatch`, `StoreUnavailable`. */
  async refresh(): Promise<void> {
    const { prefix } = this.#kind;
    const now = this.#clock.now();
    const stored = await this.#documents.list({ after: prefix, limit: 1000 });
    const mine = stored.filter(({ key }) => key.startsWith(prefix));
    for (const { key, value, version } of mine) this.#learn(key.slice(prefix.length), value, version);
    const ids = new Set(mine.map(({ key }) => key.slice(prefix.length)));
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
    this.#readAt = now;
  }

  /** Reads again what is older than a second. */
  async refreshWhenStale(): Promise<void> {
    const age = this.#clock.now() - this.#readAt;
    if (age < 0 || age >= freshFor) await this.refresh();
  }

  #learn(id: string, document: KeyDocument, version: number): Entry<Key> {
    const known = this.#entries.get(id);
    const key = known?.document.wrapped === document.wrapped ? known.key : this.#kind.open(id, document);
    const entry = { id, key, version, document };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Makes the first key if there is none at all; of several nodes that do so at once, one wins and all have its key. */
  async ensureFirst(): Promise<void> {
    await this.refresh();
    if (this.#entries.size === 0) {
      const now = this.#clock.now();
      await this.#insert(1, now, now);
      await this.refresh();
    }
  }

  async #insert(number: number, createdAt: number, usedFrom: number): Promise<string> {
    const id = `${this.#kind.idPrefix}${number}`;
    const wrapped = await this.#kind.make(id);
    await this.#documents.insert(this.#kind.prefix + id, { wrapped, createdAt, usedFrom });
    return id;
  }

  /** The newest key whose time has come; undefined as long as none is known. */
  current(): Key | undefined {
    return this.#currentEntry()?.key;
  }

  #currentEntry(): Entry<Key> | undefined {
    const now = this.#clock.now();
    let current: Entry<Key> | undefined;
    for (const entry of this.#entries.values()) {
      if (isRetired(entry, now)) continue;
      if (current === undefined || isBetter(entry, current, now)) current = entry;
    }
    return current;
  }

  /** The key of an id unless it is retired; asks the store for one that is not known yet. */
  async find(id: string): Promise<Key | undefined> {
    let entry = this.#entries.get(id);
    if (entry === undefined && /^[a-z0-9-]{1,64}$/.test(id)) {
      const stored = await this.#documents.get(this.#kind.prefix + id);
      entry = stored && this.#learn(id, stored.value, stored.version);
    }
    return entry === undefined || isRetired(entry, this.#clock.now()) ? undefined : entry.key;
  }

  /** Every key that something valid can have been made with, or soon will be; the current one first. */
  accepted(): readonly Key[] {
    const now = this.#clock.now();
    const current = this.#currentEntry();
    const others = [...this.#entries.values()].filter((entry) => entry !== current && !isRetired(entry, now));
    return [...(current ? [current] : []), ...others.sort(newestFirst)].map(({ key }) => key);
  }

  /**
   * Makes the next key. It takes over after the lead, and the keys before it end when their work has; with `immediately`
   * both happen now. While a key is waiting to take over, that one is the next.
   */
  async rotate({ immediately = false }: { readonly immediately?: boolean } = {}): Promise<Rotation> {
    await this.refresh();
    const now = this.#clock.now();
    const { lead, overlap, prefix } = this.#kind;
    const [newest] = [...this.#entries.values()].sort(newestFirst);
    const isWaiting = newest !== undefined && newest.document.usedFrom > now;
    let nextId = newest?.id;
    if (!isWaiting || immediately) {
      const number = newest === undefined ? 1 : numberOf(newest.id, this.#kind.idPrefix) + 1;
      nextId = await this.#insert(number, now, immediately ? now : now + lead);
      await this.refresh();
    }
    const next = nextId === undefined ? undefined : this.#entries.get(nextId);
    if (next === undefined) throw new Error('the store lost the key it has just taken');
    const previousUntil = immediately ? now : next.document.usedFrom + overlap;
    for (const entry of this.#entries.values()) {
      if (entry === next) continue;
      const { retiredAt = Number.POSITIVE_INFINITY } = entry.document;
      // A change that loses against another node's rotation is made again by the next one.
      if (retiredAt > previousUntil) {
        const retired = { ...entry.document, retiredAt: previousUntil };
        await this.#documents.replace(prefix + entry.id, retired, entry.version);
      } else if (retiredAt < now - keptFor) {
        await this.#documents.delete(prefix + entry.id, entry.version);
      }
    }
    await this.refresh();
    return { keyId: next.id, usedFrom: next.document.usedFrom, previousUntil };
  }

  /** Rotates when the current key has been used for `every` milliseconds, or will have been once the next takes over. */
  async rotateWhenDue(every: number): Promise<Rotation | undefined> {
    await this.refresh();
    const [newest] = [...this.#entries.values()].sort(newestFirst);
    if (newest === undefined) return undefined;
    const due = newest.document.usedFrom + every - this.#kind.lead;
    return this.#clock.now() < due ? undefined : this.rotate();
  }
}

function isRetired({ document }: Entry<unknown>, now: number): boolean {
  return document.retiredAt !== undefined && document.retiredAt <= now;
}

/** Used already before not used yet (a clock that jumped back leaves only those); then the later, or the sooner one. */
function isBetter(a: Entry<unknown>, b: Entry<unknown>, now: number): boolean {
  const aIsUsed = a.document.usedFrom <= now;
  if (aIsUsed !== b.document.usedFrom <= now) return aIsUsed;
  return aIsUsed ? newestFirst(a, b) < 0 : newestFirst(a, b) > 0;
}

function newestFirst(a: Entry<unknown>, b: Entry<unknown>): number {
  return b.document.usedFrom - a.document.usedFrom || b.id.length - a.id.length || (a.id < b.id ? 1 : -1);
}

function numberOf(id: string, idPrefix: string): number {
  return Number(id.slice(idPrefix.length));
}
