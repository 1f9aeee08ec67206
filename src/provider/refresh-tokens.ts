// Which refresh token is good, after the one that a session holds has been used?
import { LRUCache } from 'lru-cache';
import type { Refusal, Tokens } from './token-answer.ts';

export interface RefreshTokens {
  /** Calls with the newest token that this session has had for its one, and remembers what that is exchanged for. */
  spend(held: Held, exchange: (newest: string) => Promise<Tokens | Refusal>): Promise<Tokens | Refusal>;
}

export interface Held {
  readonly sessionId: string;
  readonly token: string;
}

const rememberedCharacters = 4 * 1024 * 1024;

/**
 * The provider may give tokens and then fail, say with the profile that belongs to them: the session stays as it was, but with
 * rotation (RFC 9700 §4.14.2) its token is dead, and presenting it again looks like theft. So the next try takes the new one.
 */
export function refreshTokens(): RefreshTokens {
  const successors = new LRUCache<string, string>({
    maxSize: rememberedCharacters,
    sizeCalculation: (successor, name) => successor.length + name.length,
  });

  const nameOf = (sessionId: string, token: string) => `${sessionId} ${token}`;

  function newestOf({ sessionId, token }: Held): string {
    let newest = token;
    const seen = new Set<string>(); // a provider that gives an old token again makes a circle
    const following = () => successors.get(nameOf(sessionId, newest));
    for (let next = following(); next !== undefined && !seen.has(next); next = following()) {
      seen.add(next);
      newest = next;
    }
    return newest;
  }

  return {
    async spend(held, exchange) {
      const newest = newestOf(held);
      const answer = await exchange(newest);
      if (answer.kind === 'refused') return answer;
      const refreshToken = answer.refreshToken ?? newest;
      if (refreshToken !== newest) successors.set(nameOf(held.sessionId, newest), refreshToken);
      return { ...answer, refreshToken };
    },
  };
}
