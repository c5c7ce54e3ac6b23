/** Finding words in a log that grows. */

import React from 'react';

import { useQuiet } from '../hooks';
import type { LogBuffer } from './buffer';

export interface ILogSearch {
  words: string;
  setWords(words: string): void;
  matches: Set<number>;
  /** The line looked at; null while nothing is sought or found. */
  current: number | null;
  /** Which of the matches that is, from 1; 0 for none. */
  position: number;
  next(): void;
  previous(): void;
}

export function useSearch(buffer: LogBuffer, version: number): ILogSearch {
  const [words, setWords] = React.useState('');
  const [position, setPosition] = React.useState(0);
  const sought = useQuiet(words, 200);
  // Looking through all lines again with every piece would be felt: twice a second is enough.
  const lookedAt = useQuiet(version, sought ? 500 : 0);

  const lines = React.useMemo(
    () => (sought ? buffer.find(sought) : []),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the buffer changes in place; its version tells
    [buffer, sought, lookedAt]
  );
  const matches = React.useMemo(() => new Set(lines), [lines]);
  React.useEffect(() => setPosition(sought ? 1 : 0), [sought]);

  const count = lines.length;
  const at = count === 0 ? 0 : Math.min(Math.max(position, 1), count);
  return {
    words,
    setWords,
    matches,
    position: at,
    current: at > 0 ? lines[at - 1] : null,
    next: () => setPosition(at >= count ? 1 : at + 1),
    previous: () => setPosition(at <= 1 ? count : at - 1)
  };
}
