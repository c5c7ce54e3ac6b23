/** Draws only the lines on the screen, so that a hundred thousand cost no more than fifty. */

import React from 'react';

import { useApp } from '../app';
import { spans } from './ansi';
import type { LogBuffer } from './buffer';

/** Pixels; style/log.css says the same. */
const ROW = 18;
/** Lines drawn above and below the screen, for scrolling and for copying a little more. */
const OVERSCAN = 60;

export interface ILogViewProps {
  buffer: LogBuffer;
  /** Changes with every piece of log. */
  version: number;
  follow: boolean;
  onFollow(follow: boolean): void;
  /** Lines that hold what is sought, and which of them is looked at. */
  matches: Set<number>;
  current: number | null;
}

export function LogView(props: ILogViewProps): JSX.Element {
  const { trans } = useApp();
  const { buffer, follow, current, onFollow } = props;
  const box = React.useRef<HTMLDivElement>(null);
  const [view, setView] = React.useState({ top: 0, height: 600 });
  const total = buffer.length;

  React.useLayoutEffect(() => {
    const node = box.current;
    if (!node) {
      return;
    }
    const observer = new ResizeObserver(() =>
      setView(old => ({ ...old, height: node.clientHeight }))
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  React.useLayoutEffect(() => {
    if (follow && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [follow, props.version, view.height]);

  React.useLayoutEffect(() => {
    if (current !== null && box.current) {
      box.current.scrollTop = Math.max(0, current * ROW - box.current.clientHeight / 2);
    }
  }, [current]);

  const onScroll = (event: React.UIEvent<HTMLDivElement>): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollTop + clientHeight >= scrollHeight - ROW;
    // Scrolling up lets go of the end; growing lines do not (the offset stays, or moves down).
    if (scrollTop < view.top && !atEnd) {
      onFollow(false);
    } else if (atEnd && scrollTop > view.top) {
      onFollow(true);
    }
    setView({ top: scrollTop, height: clientHeight });
  };

  const first = Math.max(0, Math.floor(view.top / ROW) - OVERSCAN);
  const last = Math.min(total, Math.ceil((view.top + view.height) / ROW) + OVERSCAN);
  const rows: JSX.Element[] = [];
  for (let index = first; index < last; index++) {
    rows.push(
      <Line
        key={index + buffer.dropped}
        text={buffer.line(index)}
        state={current === index ? 'current' : props.matches.has(index) ? 'match' : ''}
      />
    );
  }
  return (
    <div
      ref={box}
      className="em-Log jp-RenderedText"
      tabIndex={0}
      role="log"
      aria-label={trans.__('Log')}
      aria-live="off"
      onScroll={onScroll}
    >
      <pre style={{ paddingTop: first * ROW, paddingBottom: (total - last) * ROW }}>{rows}</pre>
    </div>
  );
}

const Line = React.memo((props: { text: string; state: string }) => {
  return (
    <div className={`em-Log-line ${props.state && `em-mod-${props.state}`}`}>
      {spans(props.text).map((span, index) =>
        span.className ? (
          <span key={index} className={span.className}>
            {span.text}
          </span>
        ) : (
          span.text
        )
      )}
    </div>
  );
});
