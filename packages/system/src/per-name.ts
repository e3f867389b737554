/** Names told apart before all are forgotten: interfaces of containers come and go. */
const MOST_NAMES = 1_000;

/** What is made of a name, made once: a filter's answer, the attributes of a device. */
export function perName<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let made = known.get(name);
    if (made === undefined) {
      // A copy: V8 would keep the whole text that the name was cut out of.
      const own = Buffer.from(name).toString();
      made = make(own);
      if (known.size >= MOST_NAMES) known.clear();
      known.set(own, made);
    }
    return made;
  };
}
