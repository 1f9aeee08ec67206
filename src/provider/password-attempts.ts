// Which passwords are being compared now, and for whom? Each once, and no one address fills the queue for all others.
import { subscriberOf } from '../lib/addresses.ts';

export type Outcome = boolean | 'busy';

export interface Attempt {
  /** False: somebody asks the same at this moment. */
  readonly isNew: boolean;
  readonly outcome: Promise<Outcome>;
}

/** `name` says what is compared with what. */
export type PasswordAttempts = (name: string, client: string, compare: () => Promise<Outcome>) => Attempt;

/** At a cost of 10 one second's work; the queue holds four times as many (bcrypt.ts). */
const perSubscriber = 16;

export function passwordAttempts(): PasswordAttempts {
  const underWay = new Map<string, Promise<Outcome>>();
  const counts = new Map<string, number>();

  return (name, client, compare) => {
    const known = underWay.get(name);
    if (known !== undefined) return { isNew: false, outcome: known };
    const subscriber = subscriberOf(client);
    const count = counts.get(subscriber) ?? 0;
    // Names are free to invent, so a guesser's budget for each of them is no limit of what he may have compared.
    if (count >= perSubscriber) return { isNew: true, outcome: Promise.resolve('busy') };
    const outcome = compare();
    underWay.set(name, outcome);
    counts.set(subscriber, count + 1);
    const over = () => {
      underWay.delete(name);
      const left = (counts.get(subscriber) ?? 1) - 1;
      if (left > 0) counts.set(subscriber, left);
      else counts.delete(subscriber);
    };
    outcome.then(over, over);
    return { isNew: true, outcome };
  };
}
