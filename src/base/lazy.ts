// A map and a set that take no memory until something is put in: most clients never need most of theirs.

/** What is read where nothing was ever put in. */
const NONE: ReadonlyMap<unknown, unknown> = new Map();

export class LazyMap<K, V> implements ReadonlyMap<K, V> {
  #map: Map<K, V> | undefined = undefined;

  get size(): number {
    return this.#map?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.#map?.get(key);
  }

  has(key: K): boolean {
    return this.#map?.has(key) ?? false;
  }

  set(key: K, value: V): void {
    (this.#map ??= new Map()).set(key, value);
  }

  delete(key: K): boolean {
    return this.#map?.delete(key) ?? false;
  }

  clear(): void {
    this.#map = undefined;
  }

  forEach(each: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    this.#map?.forEach(each);
  }

  entries(): MapIterator<[K, V]> {
    return this.#read.entries();
  }

  keys(): MapIterator<K> {
    return this.#read.keys();
  }

  values(): MapIterator<V> {
    return this.#read.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#read[Symbol.iterator]();
  }

  get #read(): ReadonlyMap<K, V> {
    return this.#map ?? NONE as ReadonlyMap<K, V>;
  }
}

export class LazySet<T> implements Iterable<T> {
  #set: Set<T> | undefined = undefined;

  get size(): number {
    return this.#set?.size ?? 0;
  }

  has(item: T): boolean {
    return this.#set?.has(item) ?? false;
  }

  add(item: T): void {
    (this.#set ??= new Set()).add(item);
  }

  delete(item: T): boolean {
    return this.#set?.delete(item) ?? false;
  }

  clear(): void {
    this.#set = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.#set ?? []).values();
  }
}
