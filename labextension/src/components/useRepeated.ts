/** Looks again every so often while somebody looks. */

import React from 'react';

import { useHost } from '../app';

export function useRepeated(wanted: boolean, milliseconds: number, again: () => void): void {
  const { visible } = useHost();
  React.useEffect(() => {
    if (!wanted || !visible) {
      return;
    }
    const timer = setInterval(again, milliseconds);
    return () => clearInterval(timer);
  }, [wanted, visible, milliseconds, again]);
}
