/** What the devices publish under: `home/<room>/<device>`. */
export const TOPIC_FILTER = 'home/+/+';

/** Topic of a device. */
export function topicOf(room: string, device: string): string {
  return `home/${room}/${device}`;
}

/** Where a topic belongs to. */
export interface Place {
  readonly room: string;
  readonly device: string;
}

/** Places by topic: the same few topics come again and again. The one that was asked for least lately makes room. */
export class TopicCache {
  readonly #places = new Map<string, Place>();
  readonly #capacity: number;
  readonly #onLookUp: (result: 'hit' | 'miss') => void;

  constructor(capacity: number, onLookUp: (result: 'hit' | 'miss') => void) {
    this.#capacity = capacity;
    this.#onLookUp = onLookUp;
  }

  placeOf(topic: string): Place {
    const known = this.#places.get(topic);
    this.#onLookUp(known === undefined ? 'miss' : 'hit');
    const place = known ?? parse(topic);
    if (known !== undefined) this.#places.delete(topic);
    else if (this.#places.size >= this.#capacity)
      this.#places.delete(this.#places.keys().next().value as string);
    this.#places.set(topic, place);
    return place;
  }
}

function parse(topic: string): Place {
  const [, room = '', device = ''] = topic.split('/');
  return { room, device };
}
