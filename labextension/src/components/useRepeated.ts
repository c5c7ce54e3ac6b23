/** Looks again every so often while somebody looks: only for lists over all projects, whose changes are not told. */

import React from 'react';

import { useHost } from '../app';

export function useRepeated(wanted: boolean, milliseconds: number, again: () => void): void {
  const { visible } = useHost();
  React.useEffect(() => {
    if (!wanted || !visible) {
      return;
    }
    // eslint-disable-next-line no-restricted-globals -- see above
    const timer = setInterval(again, milliseconds);
    return () => clearInterval(timer);
  }, [wanted, visible, milliseconds, again]);
}
