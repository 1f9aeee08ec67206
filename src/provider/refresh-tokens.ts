// Which refresh token is good, after the one that a session holds has been used?
import { LRUCache } from 'lru-cache';
import type { Refusal, Tokens } from './token-answer.ts';

export interface RefreshTokens {
  /** Calls with the newest token that came of this one, and remembers what that is exchanged for. */
  spend(token: string, exchange: (newest: string) => Promise<Tokens | Refusal>): Promise<Tokens | Refusal>;
}

const rememberedCharacters = 4 * 1024 * 1024;

/**
 * The provider may give tokens and then fail, say with the profile that belongs to them: the session stays as it was, but with
 * rotation (RFC 9700 §4.14.2) its token is dead, and presenting it again looks like theft. So the next try takes the new one.
 */
export function refreshTokens(): RefreshTokens {
  const successors = new LRUCache<string, string>({
    maxSize: rememberedCharacters,
    sizeCalculation: (successor, token) => successor.length + token.length + 1,
  });

  function newestOf(token: string): string {
    let newest = token;
    const seen = new Set<string>(); // a provider that gives an old token again makes a circle
    for (let next = successors.get(newest); next !== undefined && !seen.has(next); next = successors.get(newest)) {
      seen.add(next);
      newest = next;
    }
    return newest;
  }

  return {
    async spend(token, exchange) {
      const newest = newestOf(token);
      const answer = await exchange(newest);
      if (answer.kind === 'refused') return answer;
      const refreshToken = answer.refreshToken ?? newest;
      if (refreshToken !== newest) successors.set(newest, refreshToken);
      return { ...answer, refreshToken };
    },
  };
}
