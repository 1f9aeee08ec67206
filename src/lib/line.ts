// How do two processes of the service ask each other something, so that every question ends?
import type { ChildProcess } from 'node:child_process';

/** What may be asked under a name. Question and answer must survive JSON. */
export interface Topic<Question, Answer> {
  readonly name: string;
  /** Never there: only for the compiler. */
  readonly types?: (question: Question) => Answer;
}

/** The way to the other process, such as the one that node:child_process makes. */
export interface Channel {
  /** Never throws; what cannot be sent is told to `failed`. */
  send(message: object, failed: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
  onClosed(listener: () => void): void;
}

export interface Line {
  /** Never waits for a process that is gone. @throws LineFailure */
  ask<Question, Answer>(topic: Topic<Question, Answer>, question: Question): Promise<Answer>;
  tell<Question>(topic: Topic<Question, void>, question: Question): void;
  /** Says who answers; what was asked before waits until then. */
  answer<Question, Answer>(
    topic: Topic<Question, Answer>,
    answer: (question: Question) => Answer | Promise<Answer>,
  ): void;
  onClosed(listener: () => void): void;
}

/** The other process is gone, or could not answer. */
export class LineFailure extends Error {
  override readonly name = 'LineFailure';
}

interface Question {
  readonly kind: 'question';
  readonly topic: string;
  /** Absent: nobody waits for an answer. */
  readonly id?: number;
  readonly body?: unknown;
}

interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly body?: unknown;
  readonly failed?: string;
}

interface Waiting {
  done(body: unknown): void;
  fail(because: string): void;
}

export function openLine(channel: Channel): Line {
  const waiting = new Map<number, Waiting>();
  const answers = new Map<string, (body: unknown) => unknown>();
  const early = new Map<string, Question[]>();
  const closed: (() => void)[] = [];
  let isClosed = false;
  let lastId = 0;

  async function reply({ id, body }: Question, answer: (body: unknown) => unknown): Promise<void> {
    const reply = await outcomeOf(() => answer(body));
    if (id !== undefined) send({ kind: 'answer', id, ...reply });
  }

  function send(message: Question | Answer, failed = () => {}): void {
    if (isClosed) failed();
    else channel.send({ line: message }, failed);
  }

  function settle({ id, body, failed }: Answer): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (failed === undefined) one?.done(body);
    else one?.fail(failed);
  }

  channel.onMessage((received) => {
    const message = messageIn(received);
    if (message === undefined) return;
    if (message.kind === 'answer') return settle(message);
    const answer = answers.get(message.topic);
    if (answer) void reply(message, answer);
    else early.set(message.topic, [...(early.get(message.topic) ?? []), message]);
  });
  channel.onClosed(() => {
    isClosed = true;
    for (const id of waiting.keys()) settle({ kind: 'answer', id, failed: 'the other process has ended' });
    for (const listener of closed.splice(0)) listener();
  });

  return {
    ask<Asked, Answered>({ name }: Topic<Asked, Answered>, body: Asked) {
      const id = ++lastId;
      return new Promise<Answered>((resolve, reject) => {
        const fail = (because: string) => reject(new LineFailure(`${name}: ${because}`));
        // Both ends are this program in the same version: what a topic promises is what comes.
        waiting.set(id, { done: (answer) => resolve(answer as Answered), fail });
        send({ kind: 'question', topic: name, id, body }, () =>
          settle({ kind: 'answer', id, failed: 'the other process cannot be reached' }),
        );
      });
    },
    tell: ({ name }, body) => send({ kind: 'question', topic: name, body }),
    answer<Asked, Answered>(
      { name }: Topic<Asked, Answered>,
      answer: (question: Asked) => Answered | Promise<Answered>,
    ) {
      const ofUnknown = (body: unknown) => answer(body as Asked);
      answers.set(name, ofUnknown);
      for (const question of early.get(name) ?? []) void reply(question, ofUnknown);
      early.delete(name);
    },
    onClosed(listener) {
      if (isClosed) listener();
      else closed.push(listener);
    },
  };
}

/** Between a process and one that it has forked, from either end. */
export function processChannel(process: Pick<NodeJS.Process, 'send' | 'on'> | ChildProcess): Channel {
  return {
    send: (message, failed) => void process.send?.(message, undefined, undefined, (error) => error && failed()),
    onMessage: (listener) => void process.on('message', listener),
    onClosed: (listener) => void process.on('disconnect', listener),
  };
}

/** What the work comes to, or undefined when it takes longer. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, ms, undefined)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function outcomeOf(answer: () => unknown): Promise<Pick<Answer, 'body' | 'failed'>> {
  try {
    return { body: await answer() };
  } catch (error) {
    return { failed: String(error) };
  }
}

/** Others may use the same channel, node:cluster among them. */
function messageIn(received: unknown): Question | Answer | undefined {
  if (typeof received !== 'object' || received === null || !('line' in received)) return undefined;
  return received.line as Question | Answer;
}
