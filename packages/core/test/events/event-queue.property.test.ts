import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedQueue } from '../../src/events/event-queue.ts';

test('a bounded queue is an array that loses what does not fit', () => {
  const steps = fc.array(fc.constantFrom('push', 'shift', 'clear', 'push', 'push'), { maxLength: 200 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('oldest', 'newest'),
      steps,
      (capacity, overflow, program) => {
        const queue = new BoundedQueue<number>(capacity, overflow);
        const model: number[] = [];
        let shed = 0;
        program.forEach((step, n) => {
          if (step === 'push') {
            const isFull = model.length === capacity;
            if (isFull) shed++;
            if (isFull && overflow === 'oldest') model.shift();
            if (!isFull || overflow === 'oldest') model.push(n);
            expect(queue.push(n)).toBe(!isFull);
          } else if (step === 'shift') expect(queue.shift()).toBe(model.shift());
          else {
            queue.clear();
            model.length = 0;
          }
          expect([queue.size, queue.shed]).toEqual([model.length, shed]);
        });
      },
    ),
  );
});
