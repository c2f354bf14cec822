import { stream } from '../stream.js';
import type { Workload } from '../workload.js';

interface Order {
  readonly id: number;
  readonly reference: string;
  readonly customer: {
    readonly name: string;
    readonly contact: { readonly email: string; readonly phone: string | null };
  };
  readonly place: { readonly latitude: number; readonly longitude: number };
  readonly total: number;
  readonly paid: boolean;
}

const names = ['Amélie', 'Bartholomew', '山田太郎', 'Łucja', 'Zoë'];

/** Rows with rows in them, as they come out of a document store. */
export const workload: Workload<Order, Order> = {
  title: 'nested rows through no-op workers',
  items: 200_000,
  fewer: 50_000,
  window: 1000,
  driver: stream,
  *tasks(count) {
    for (let id = 0; id < count; id += 1) {
      yield {
        id,
        reference: `2024-${id}`,
        customer: {
          name: names[id % names.length] as string,
          contact: { email: `c${id % 1000}@example.org`, phone: id % 4 === 0 ? null : '+33 1 23 45 67 89' },
        },
        place: { latitude: (id % 180) - 90 + 0.25, longitude: (id % 360) - 180 + 0.125 },
        total: id * 1.5,
        paid: id % 3 === 0,
      };
    }
  },
  work: (order) => order,
  digest: ({ id, reference, customer, place, total, paid }) => {
    const { name, contact } = customer;
    const numbers = id + place.latitude * 64 + place.longitude * 512 + total * 2 + (paid ? 1 : 0);
    const letters = [reference, name, contact.email, contact.phone ?? '-'];
    let sum = Math.imul(numbers, 0x9e3779b1);
    for (const text of letters)
      sum = Math.imul(sum ^ (text.length + text.charCodeAt(id % text.length)), 0x85ebca6b);
    return sum;
  },
};
