/**
 * Base of what is kept on a foreign object: a subclass constructed with the object puts its private fields on it. They
 * are as fast as fields of the object's own, invisible, and go with it.
 */
export class Stamp {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is how a subclass gets its fields on `object`
    return object;
  }
}
